// What the entry points of `heedful/money` export beside their own `init`: what is at stake, and whether a change pays.
import { columnsOf } from "./columns.js";
import { fieldsOf, HeedfulError } from "./error.js";
import { camel, camelName, decode, encode, snake } from "./json.js";
import type { MetricLike } from "./metric.js";
import { call } from "./money-engine.js";
import { lengthOf, reasonsOf, type WhyReasons } from "./row-reasons.js";
import type { Interval } from "./score.js";
import { type Cell, listed, type Table } from "./table.js";
import type { Adjustment } from "./why-api.js";

export { type ErrorCode, HeedfulError } from "./error.js";
export type { MetricLike } from "./metric.js";
export type { ReasonOf, WhyReasons } from "./row-reasons.js";
export type { Interval } from "./score.js";
export type { CompiledModule, ModuleSource } from "./source.js";
export type { Cell, Columns, Responses, Roles, Rows, Table } from "./table.js";
export type { Adjustment } from "./why-api.js";

/** The version of the engine that counts money. */
export function version(): string {
  return call((module) => module.version());
}

/** A number, or a distribution by its name. */
export type Quantity =
  | number
  | { normal: { mean: number; sd: number } }
  | { uniform: { low: number; high: number } }
  | { triangular: { low: number; mode: number; high: number } }
  | { pert: { low: number; mode: number; high: number } }
  | { lognormal: { mean: number; sd: number } }
  | { beta: { a: number; b: number } };

/** Options of {@link valueAtRisk}. */
export interface ValueAtRiskOptions {
  /** The column of what a customer is worth in a year. */
  value: string;
  /** The column of the probability of leaving. */
  churn?: string;
  /** The column of the band. */
  band?: string;
  /** The bands whose customers are at risk. */
  atRisk?: string | readonly string[];
  /** The share of a band that leaves: a number, or as it was counted, whose uncertainty then counts. */
  rates?: { readonly [band: string]: number | { events: number; n: number } };
  /** The probability from which a customer is at risk, where bands do not say so; 0.5 where not given. */
  threshold?: number;
  /** Columns that make the segments. */
  by?: string | readonly string[];
  reasons?: WhyReasons;
  /** A customer with several reasons counts in equal parts with each, so that reasons add up; in full where not given. */
  shareReasons?: boolean;
  /** The column of the id: one that is there twice is an error. */
  customer?: string;
  /** How many silent customers feel the same for each one at risk. */
  silent?: number;
  confidence?: number;
}

/** What is at risk with some customers. What is not known is `null`. */
export interface RiskRow {
  kind: "all" | "segment" | "reason" | "segment_reason";
  /** The segment's values of the columns in `by`. */
  keys: Cell[];
  reason: Cell;
  customers: number;
  value: number;
  atRisk: number;
  /** What those at risk are worth. */
  exposure: number;
  /** As many other such customers. */
  exposureInterval: Interval | null;
  /** Value times the probability of leaving. */
  expectedLoss: number | null;
  lossInterval: Interval | null;
  churn: number | null;
  /** What the loss of these customers may come to. */
  outcome: [lower: number, upper: number] | null;
  silentExposure: number | null;
  silentLoss: number | null;
}

/** What is at risk: all customers first. */
export interface RiskReport {
  by: string[];
  rows: RiskRow[];
  withoutValue: number;
  withoutRisk: number;
  silent: number | null;
  shared: boolean;
}

/**
 * The value of customers at risk (exposure) and what of it is likely to be lost (expected loss), apart, from a table with a
 * row for each customer. What silent customers would add is shown apart too.
 *
 * @example
 * const rows = [{ revenue: 1000, p: 0.5 }, { revenue: 400, p: 0.1 }, { revenue: 250, p: 0.8 }];
 * const [all] = valueAtRisk(rows, { value: "revenue", churn: "p", silent: 3 }).rows;
 * [all?.exposure, all?.expectedLoss, all?.silentExposure]; // [1250, 700, 3750]
 */
export function valueAtRisk(table: Table, options: ValueAtRiskOptions): RiskReport {
  const { reasons, rates, by, atRisk, ...rest } = fieldsOf(options);
  const names = listed(by, "by");
  const { value, churn, band, customer } = rest;
  const asked = { table, columns: [value, churn, band, customer, ...names], reasons, own: { rates, by: names, at_risk: listed(atRisk, "atRisk") } };
  return ask("value_at_risk", rest, asked) as RiskReport;
}

/** Options of {@link linkage}. */
export interface LinkageOptions {
  /** The column of the score. */
  score: string;
  /** Columns of what comes later: a yes or no (which counts as 100 and 0), or a number. */
  outcomes: string | readonly string[];
  /** The column of the customer or account. */
  unit?: string;
  /** The column of the month: Dates, or whole numbers that count months. Needs `unit`. */
  at?: string;
  /** The first and the last lag in months; 3 and 11 where not given. */
  lags?: readonly [first: number, last: number];
  /** Columns of what else may be behind the outcome. */
  controls?: string | readonly string[];
  /** The column of the band, or the metric whose bands the score has. */
  band?: string;
  metric?: MetricLike;
  /** What a point more of an outcome is worth in a year, in money. */
  worth?: { readonly [outcome: string]: number };
  /** What stands in where data are thin: so many points of the score change the outcome by so many. */
  assumed?: { readonly [outcome: string]: { score: number; change: number; range?: readonly [number, number] } };
  /** Pairs and units below which data are thin; 100 and 30 where not given. */
  minimumN?: number;
  minimumUnits?: number;
  /** `holm` where not given. */
  adjustment?: Adjustment;
  confidence?: number;
}

/** What a point of the score does to an outcome. */
export interface Link {
  outcome: string;
  /** What it rests on, never on both. */
  basis: "data" | "assumption" | "nothing";
  /** In months. */
  lag: number | null;
  slope: number | null;
  standardError: number | null;
  /** It holds for all lags at once. */
  interval: Interval | null;
  pAdjusted: number | null;
  /** Whether data tell it from no link. */
  told: boolean;
  /** What a point of the score is worth in a year. */
  money: number | null;
  moneyInterval: Interval | null;
  /** The slope as {@link businessCase} takes it. */
  quantity: Quantity | null;
  assumed: number | null;
}

/** How a score is linked to outcomes. */
export interface LinkageReport {
  links: Link[];
  lags: {
    outcome: string;
    lag: number | null;
    n: number;
    units: number;
    events: number | null;
    slope: number | null;
    standardError: number | null;
    interval: Interval | null;
    pValue: number | null;
    pAdjusted: number | null;
    thin: boolean;
  }[];
  bands: { outcome: string; band: Cell; n: number; events: number; rate: number | null; interval: Interval | null; lift: number | null }[];
}

/**
 * How a score is linked to churn, upsell or referral some months later: from data, or from an assumption, never both. A slope
 * is no proof of a cause.
 *
 * @example
 * const rows = [{ nps: 9, left: false }, { nps: 3, left: true }, { nps: 10, left: false }];
 * const assumed = { left: { score: 10, change: -1 } };
 * const [link] = linkage(rows, { score: "nps", outcomes: "left", assumed, worth: { left: -2_000_000 } }).links;
 * [link?.basis, link?.slope, link?.money]; // ["assumption", -0.1, 200000]
 */
export function linkage(table: Table, options: LinkageOptions): LinkageReport {
  const { outcomes, controls, worth = {}, assumed = {}, metric, ...rest } = fieldsOf(options);
  const [named, others] = [listed(outcomes, "outcomes"), listed(controls, "controls")];
  for (const [path, given] of Object.entries({ worth, assumed })) {
    const unknown = Object.keys(given).find((name) => !named.includes(name));
    if (unknown !== undefined) throw new HeedfulError("unknown-name", `there is no outcome \`${unknown}\``, { path });
  }
  const linked = named.map((column) => ({ column, worth: worth[column], assumed: assumed[column] }));
  const { score, unit, at, band } = rest;
  const columns = [score, ...named, unit, at, ...others, band];
  return ask("linkage", rest, { table, columns, own: { outcomes: linked, controls: others, metric } }) as LinkageReport;
}

/** Options of {@link avoidableContacts}. */
export interface AvoidableContactsOptions {
  /** What each contact costs, or the column that says it. */
  cost: number | string;
  /** The column that is true where a contact would not have been needed; or `failureReasons`. */
  failure?: string;
  failureReasons?: string | readonly string[];
  reasons?: WhyReasons;
  /** A contact with several reasons counts in equal parts with each, so that reasons add up; in full where not given. */
  shareReasons?: boolean;
  /** How long the table covers, for a year's cost. */
  days?: number;
  confidence?: number;
}

/** The contacts of a reason. */
export interface ContactRow {
  reason: Cell;
  contacts: number;
  cost: number;
  failures: number;
  share: number | null;
  shareInterval: Interval | null;
  failureCost: number;
  /** As another such time would cost. */
  interval: Interval | null;
  yearly: number | null;
  yearlyInterval: Interval | null;
  /** The yearly cost as {@link businessCase} takes it (`saved`). */
  quantity: Quantity | null;
}

/** What failure demand costs: all contacts first, then reasons, the dearest failures first. */
export interface ContactReport {
  rows: ContactRow[];
  withoutCost: number;
  shared: boolean;
}

/**
 * What contacts cost that nobody would have needed, by reason, from a table with a row for each contact.
 *
 * @example
 * const rows = ["where is my order", "wrong bill", "new address"].map((why) => ({ why }));
 * const failureReasons = ["where is my order", "wrong bill"];
 * avoidableContacts(rows, { cost: 6, reasons: "why", failureReasons, days: 30 }).rows[0]?.failureCost; // 12
 */
export function avoidableContacts(table: Table, options: AvoidableContactsOptions): ContactReport {
  const { cost, failureReasons, reasons, ...rest } = fieldsOf(options);
  const column = typeof cost === "string" ? cost : undefined;
  const costs = column === undefined ? { cost } : { cost_column: column };
  const own = { ...costs, failure_reasons: listed(failureReasons, "failureReasons") };
  return ask("avoidable_contacts", rest, { table, columns: [column, rest.failure], reasons, own }) as ContactReport;
}

/** What is put into {@link businessCase}. */
export interface BusinessCaseOptions {
  /** What the change costs at once, and each year. */
  cost: Quantity;
  runningCost?: Quantity;
  /** What is saved each year, without any customer changing. */
  saved?: Quantity;
  /** A year's gain is the product of these: what the change does to a driver, … */
  effect?: Quantity;
  driverToScore?: Quantity;
  scoreToBehaviour?: Quantity;
  behaviourToMoney?: Quantity;
  /** How long is looked ahead; 36 where not given. */
  months?: number;
  /** Months until gains and savings begin. */
  delayMonths?: number;
  /** Yearly rate at which money to come is discounted. */
  discount?: number;
  /** How many times a gain below 0 counts: a failed expectation costs about twice what delight earns. */
  lossAversion?: number;
  /** 10,000 where not given. */
  draws?: number;
  seed?: number;
  confidence?: number;
}

/** What a case promises; money is that of today. */
export interface CaseReport {
  expectedReturn: number;
  /** By the number of draws. */
  standardError: number;
  returnOnCost: number | null;
  /** Share of draws whose return is below 0. */
  chanceOfLoss: number;
  chanceStandardError: number;
  /** Median; `null` where it is as likely as not never to happen. */
  paybackMonths: number | null;
  paybackRange: [lower: number | null, upper: number | null];
  chanceOfPayback: number;
  lossAversion: number | null;
  returnWithoutLossAversion: number | null;
  lines: { name: "cost_saved" | "revenue_gained" | "cost" | "return"; mean: number; sd: number; range: [lower: number, upper: number] }[];
  /** Of the return. */
  quantiles: [probability: number, value: number][];
  /** What matters, from the widest swing down; `input` is called as in JSON (`driver_to_score`). */
  tornado: {
    input: string;
    /** Its 10th and 90th percentile, and the return there with all others at their means. */
    low: number;
    high: number;
    returnAtLow: number;
    returnAtHigh: number;
    swing: number;
    /** Its share of what varies. */
    importance: number | null;
  }[];
  months: number;
  draws: number;
}

/**
 * Whether a change pays, by simulation; the same seed gives the same answer.
 *
 * @example
 * const gain = { effect: { normal: { mean: 0.4, sd: 0.1 } }, driverToScore: 8, scoreToBehaviour: -0.1, behaviourToMoney: -200_000 };
 * const found = businessCase({ cost: 100_000, ...gain, saved: 10_000, months: 24 });
 * Math.abs(found.expectedReturn - 48_000) < 2_000; // true
 */
export function businessCase(options: BusinessCaseOptions): CaseReport {
  return ask("business_case", options, {}) as CaseReport;
}

/** Options of {@link initiative}. */
export interface InitiativeOptions {
  /** What it is called. */
  name: string;
  /** What tells the reasons of each response. */
  reasons?: WhyReasons;
  /** The reasons that the change is to do away with. */
  target?: string | readonly string[];
  /** What it takes, in a unit of yours. */
  effort?: number;
  /** When it started: a Date, or a number as `at` holds. */
  start?: Date | number;
  /** The column of the time: Dates or numbers. */
  at?: string;
  customer?: string;
  /** The column that is true for customers who asked not to be contacted: they are counted, but not to be told. */
  doNotContact?: string;
  /** The column of what it is to change: a number, or a yes or no as 100 and 0. */
  outcome?: string;
  /** The column that is true where the change reached. */
  treated?: string;
  /** `difference_in_differences` where not given. */
  method?: "randomised" | "difference_in_differences";
  /** Columns of what else may be behind the outcome. */
  controls?: string | readonly string[];
  confidence?: number;
}

/** An effect, with standard errors between customers. */
export interface InitiativeEffect {
  value: number;
  standardError: number;
  interval: Interval;
  pValue: number | null;
  n: number;
  customers: number;
}

/** Whom a change concerns, what it did, and whom to tell. */
export interface InitiativeReport {
  name: string;
  effort: number | null;
  /** Customers who gave one of its reasons before the start, and their responses. */
  affected: number;
  affectedResponses: number;
  affectedPerEffort: number | null;
  /** `row` is the latest response with one of the reasons. */
  tell: { customer: Cell; row: number; responses: number; reasons: string[] }[];
  /** Affected customers who asked not to be contacted. */
  withheld: number;
  /** Affected responses without a customer. */
  nameless: number;
  effect: InitiativeEffect | null;
  /** The same before the start, where there is nothing to find. */
  check: InitiativeEffect | null;
  /** The means behind the effect. */
  cells: { treated: boolean; after: boolean; n: number; mean: number | null }[];
}

/**
 * A change meant for everybody: whom it concerns, what it did, and whom to tell what changed because of them, from a table
 * with a row for each response.
 *
 * @example
 * const rows = [{ who: "ada", month: 1, why: "wait" }, { who: "bo", month: 2, why: "price" }];
 * const found = initiative(rows, { name: "staff", reasons: "why", target: "wait", at: "month", start: 3, customer: "who" });
 * found.tell[0]?.customer; // "ada"
 */
export function initiative(table: Table, options: InitiativeOptions): InitiativeReport {
  const { reasons, target, controls, start, ...rest } = fieldsOf(options);
  const { at, customer, doNotContact, outcome, treated } = rest;
  const others = listed(controls, "controls");
  const own = { target: listed(target, "target"), controls: others, start: start === undefined ? undefined : Number(start) };
  const columns = [at, customer, doNotContact, outcome, treated, ...others];
  return ask("initiative", rest, { table, columns, reasons, own }) as InitiativeReport;
}

interface Asked {
  table?: Table;
  /** The columns that are needed. */
  columns?: readonly (string | undefined)[];
  reasons?: WhyReasons | undefined;
  /** Options with names of the user, or with names of ours that are as the engine has them: they travel as they are. */
  own?: object;
}

function ask(question: string, options: object, { table, columns = [], reasons, own = {} }: Asked): unknown {
  const needed = table === undefined ? [] : columnsOf(table, columns);
  // Reasons may be all that is asked for: something has to know how many rows there are.
  if (table !== undefined && needed.length === 0) needed.push(["row", "bytes", new Uint8Array(lengthOf(table))]);
  const coded = table === undefined || reasons === undefined ? undefined : reasonsOf(table, reasons);
  const document = encode({ ...(snake(options) as object), ...own });
  const written = { ...options, ...Object.fromEntries(Object.entries(own).map(([name, value]) => [camelName(name), value])) };
  return camel(decode(call((module) => module.money(question, needed, coded, document), undefined, written)));
}
