// What the entry points of `heedful/health` export beside their own `init`: scorecards, health, back-tests, behaviour.
import { call } from "./health-engine.js";
import { fieldsOf } from "./error.js";
import type { Happening } from "./happening.js";
import { ask, refused, type TimeLike } from "./health-table.js";
import type { Interval } from "./score.js";
import { type Cell, listed, type Table } from "./table.js";

export { type ErrorCode, HeedfulError } from "./error.js";
export type { AlertSource, Happening, Severity } from "./happening.js";
export type { TimeLike } from "./health-table.js";
export type { Interval } from "./score.js";
export type { CompiledModule, ModuleSource } from "./source.js";
export type { Cell, Columns, Responses, Roles, Rows, Table } from "./table.js";

/** The version of the engine of health. */
export function version(): string {
  return call((module) => module.version());
}

/** How a raw value becomes points from 0 to 100. */
export type Points =
  | { thresholds: readonly (readonly [from: number, points: number])[] }
  | { linear: readonly (readonly [value: number, points: number])[] }
  | { logistic: { middle: number; steepness: number } }
  | { percentile: { within?: string } }
  | { decay: { halfLifeDays: number } }
  | { score: { worst: number; best: number } }
  | "milestone"
  | { categories: { readonly [name: string]: number } };

/** One sign of health. */
export interface Measure {
  /** The column that holds its raw value, and its name in results. */
  id: string;
  /** Its share of the group against the other measures', above 0; 1 where not given. */
  weight?: number;
  points: Points;
  /** Whether more or less of the raw value is better; `higher` where not given. */
  better?: "higher" | "lower";
  /** Somebody's opinion rather than what happened. */
  subjective?: boolean;
  /** The column of the time of the value. */
  at?: string | null;
  /** Days after which a value is stale and counts as missing. Needs `at`. */
  freshDays?: number | null;
  /** The column of the value's standard error. */
  standardError?: string | null;
  /** What a missing value means; `leave_out` where not given. */
  missing?: "leave_out" | "neutral" | "penalise" | "require";
  /** What it takes to raise the measure by a point, against the others; 1 where not given. */
  effort?: number;
}

/** What is asked of a column. */
export type Test =
  | "missing"
  | { below: number }
  | { atLeast: number }
  | { is: readonly string[] }
  | { olderThanDays: number }
  | { fell: { from: number; to: number } };

/** A test of a column. */
export interface Condition {
  column: string;
  test: Test;
}

/** How the health of an account is made of measures. A variable is declared as one: TypeScript takes pairs for lists otherwise. */
export interface Scorecard {
  name: string;
  /** Which edition of the formula it is: results of different versions are not compared. */
  version?: string;
  /** When the formula was last changed, in milliseconds since 1970. */
  changed?: number | null;
  groups: readonly { id: string; weight?: number; measures: readonly Measure[] }[];
  /** From the lowest up; red from 0, yellow from 51, green from 76 where not given. */
  bands?: readonly { name: string; from: number }[];
  /** Points beyond an edge that it takes to leave a band. */
  hysteresis?: number;
  /** Rules that raise an alarm beside the total, and on request cap or override it. */
  alarms?: readonly { id: string; when: readonly Condition[]; effect?: { cap: number } | { override: number } | null }[];
}

/** A scorecard and whom it is for: accounts of which all conditions hold. */
export interface Stage {
  name: string;
  when?: readonly Condition[];
  scorecard: Scorecard;
}

/** Options that all questions about accounts have. */
export interface AccountOptions {
  /** The column of the account's id; `account` where not given. */
  account?: string;
  /** As of when; needed where a scorecard looks at times. */
  now?: TimeLike;
}

/** A part of a total. */
export interface HealthLine {
  name: string;
  group: string | null;
  value: Cell;
  points: number | null;
  /** The share of the total that is the measure's, 0 to 1. */
  weight: number;
  /** What the line adds to the total; the lines add up to it exactly, in any order. */
  contribution: number;
  status: "present" | "stale" | "missing" | "alarm";
}

/** The health of one account. What is not known is `null`. */
export interface AccountHealth {
  account: string;
  stage: string | null;
  /** 0 to 100. */
  total: number | null;
  standardError: number | null;
  band: string | null;
  bandProbability: number | null;
  lines: HealthLine[];
  required: string[];
  alarms: string[];
  /** Against the last look. */
  change: { total: number | null; bandBefore: string | null; reformulated: boolean; causes: [name: string, change: number][] } | null;
  /** The cheapest single measure to raise into the next band; where it is left out (`points` is `null`), to measure at all. */
  improvement: { measure: string; band: string; points: number | null; toPoints: number; toValue: number | null; effort: number } | null;
}

/** The health of all accounts. */
export interface HealthReport {
  now: number;
  accounts: AccountHealth[];
  /** What the next look needs to know, as JSON: give it as `previous`. It holds ids and numbers. */
  state: string;
  /** Alarms that fire, and those that no longer do where `previous` is a report: what `Alerts.take` takes. */
  happenings: Happening[];
}

/**
 * The health of every account of a table with one row for each. `scorecard` is one for all, or a list of stages.
 *
 * @example
 * const card: Scorecard = { name: "use", groups: [{ id: "use", measures: [{ id: "logins", points: { linear: [[0, 0], [20, 100]] } }] }] };
 * health(card, [{ account: "a", logins: 12 }]).accounts[0].total; // 60
 */
export function health(
  scorecard: Scorecard | readonly Stage[],
  table: Table,
  options: AccountOptions & { /** The report of the last look, or its state. */ previous?: string | Pick<HealthReport, "state" | "happenings"> } = {},
): HealthReport {
  const { account = "account", now, previous, ...rest } = fieldsOf(options);
  const stages = isStages(scorecard) ? checkStages(scorecard) : oneStage(scorecard);
  const { columns, times } = looked(stages, now);
  const asked = { table, columns: [account, ...columns], times, now, previous };
  return ask("health", { account, stages, ...rest }, asked) as HealthReport;
}

/** The area under the ROC curve: 0.5 is chance, 1 perfect. */
export interface Auc {
  value: number;
  standardError: number;
  interval: Interval;
  n: number;
  events: number;
}

/** Accounts of about the same probability, and how many left. */
export interface CalibrationBin {
  predicted: number;
  observed: number;
  interval: Interval;
  n: number;
  events: number;
}

/** Accounts of a band or decile, and how many left. */
export interface HealthGroup {
  name: string;
  totals: [lowest: number, highest: number] | null;
  n: number;
  events: number;
  rate: number | null;
  interval: Interval | null;
  /** The share that left against that of all accounts. */
  lift: number | null;
}

/** Whether health told who would leave. */
export interface BacktestReport {
  n: number;
  events: number;
  auc: Auc;
  brier: number | null;
  brierOfBaseRate: number | null;
  calibrationError: number | null;
  calibration: CalibrationBin[];
  bands: HealthGroup[];
  /** Tenths of the accounts, from the least healthy. */
  deciles: HealthGroup[];
  measures: {
    id: string;
    n: number;
    auc: Auc | null;
    /** Of the tenth with the fewest points: the share that left against that of all. */
    lift: number | null;
    costOfDropping: number | null;
    stability: number | null;
    /** It separates those who left all but perfectly: it may know the outcome. */
    leaks: boolean;
  }[];
  stability: number | null;
  leftOut: [noOutcome: number, noTotal: number];
}

/** Checks a scorecard against what became of accounts: the table has what was known at a time, and the outcome later. */
export function backtest(
  scorecard: Scorecard,
  table: Table,
  options: AccountOptions & {
    /** The column of what became of the account: true, 1 or yes where it left. */
    outcome: string;
    /** The column of the time of each look, where there are several. */
    at?: string;
    confidence?: number;
  },
): BacktestReport {
  const { account = "account", now, ...rest } = fieldsOf(options);
  const { columns, times } = looked(oneStage(scorecard), rest.at === undefined ? now : 0);
  const asked = { table, now, columns: [account, rest.outcome, rest.at, ...columns], times: [...times, rest.at] };
  return ask("backtest", { account, scorecard, ...rest }, asked) as BacktestReport;
}

/** How well a scorecard and account managers agree. */
export interface AgreementReport {
  n: number;
  same: number;
  /** Cohen's kappa; `null` where both always say one band. */
  kappa: { value: number; standardError: number; interval: Interval; n: number } | null;
  bands: string[];
  /** Accounts by the scorecard's band (rows) and the manager's (columns). */
  counts: number[][];
  /** Those furthest apart first; `steps` is how many bands the manager sees the account higher. */
  disputes: { account: string; total: number | null; band: string; manager: string; steps: number }[];
  leftOut: [noBand: number, noManager: number];
}

/** Compares the bands of a scorecard with those that account managers put their accounts into. */
export function healthAgreement(
  scorecard: Scorecard,
  table: Table,
  options: AccountOptions & {
    /** The column of the manager's band. */
    manager: string;
    /** How much two bands disagree: by the steps between them (where not given), their square, or all alike. */
    weights?: "linear" | "quadratic" | "nominal";
    confidence?: number;
  },
): AgreementReport {
  const { account = "account", now, ...rest } = fieldsOf(options);
  const { columns, times } = looked(oneStage(scorecard), now);
  const asked = { table, now, columns: [account, rest.manager, ...columns], times };
  return ask("agreement", { account, scorecard, ...rest }, asked) as AgreementReport;
}

/** A scorecard learned from outcomes, and how good it is on accounts that were held out. */
export interface FittedScorecard {
  scorecard: Scorecard;
  /** The probability that an account leaves is `1 / (1 + exp(slope * total - intercept))`. */
  intercept: number;
  slope: number;
  auc: Auc;
  fullAuc: Auc;
  brier: number;
  calibrationError: number;
  calibration: CalibrationBin[];
  penalty: number;
  leftOut: string[];
  /** Columns that separate those who left all but perfectly: they may know the outcome. */
  leaks: string[];
}

/** Options of {@link fitScorecard}. */
export interface FitOptions {
  /** The column of what became of the account: true, 1 or yes where it left. */
  outcome: string;
  /** The columns to choose from. */
  measures: readonly string[];
  /** Measures that the scorecard has at most; 6 where not given. */
  most?: number;
  /** The direction that is better, for columns of numbers where it is known. */
  better?: { readonly [measure: string]: "higher" | "lower" };
  /** The group of a column. */
  groups?: { readonly [measure: string]: string };
  /** Parts of the cross-validation; 5 where not given. */
  folds?: number;
  /** True leaves out a measure that forecasts the other way round beside the others; else its points are turned over, unless
   * its direction is declared. */
  nonNegative?: boolean;
  seed?: number;
  confidence?: number;
}

/** Learns a readable scorecard from what became of accounts. */
export function fitScorecard(table: Table, options: FitOptions): FittedScorecard {
  const { better = {}, groups = {}, ...rest } = fieldsOf(options);
  const columns = [rest.outcome, ...listed(rest.measures, "measures")];
  return ask("fit", rest, { table, columns, own: { better, groups } }) as FittedScorecard;
}

/** A BG/NBD model of repeat purchases. */
export interface RepurchaseModel {
  r: number;
  /** In days. */
  alpha: number;
  a: number;
  b: number;
}

/** What the model says of a customer. */
export interface RepurchaseForecast {
  /** Probability to be still active. */
  alive: number;
  /** Expected purchases within the horizon. */
  expected: number;
  /** Probability of at least one. */
  returns: number;
  /** Days from one purchase to the next, while active. */
  cycleDays: number;
  /** Probability that such a customer, if active, would have bought again by now. */
  overdue: number;
}

/** How a model was fitted. */
export interface RepurchaseFit {
  model: RepurchaseModel;
  /** Of r, alpha, a and b. */
  standardErrors: [number, number, number, number] | null;
  logLikelihood: number;
  customers: number;
  repeaters: number;
}

/** What one customer does. */
export interface CustomerBehaviour {
  customer: Cell;
  /** Recency and frequency. */
  history: { purchases: number; daysSinceLast: number; daysKnown: number };
  /** Mean amount of a purchase. */
  value: number | null;
  total: number | null;
  forecast: RepurchaseForecast | null;
  group: "fanatic" | "regular" | "sceptic" | null;
}

/** What customers do, in the order of their keys. */
export interface BehaviourReport {
  customers: CustomerBehaviour[];
  /** `null` where fewer than 10 customers bought more than once. */
  model: RepurchaseModel | null;
  fit: RepurchaseFit | null;
  typicalGapDays: number | null;
  leftOut: { noCustomer: number; noTime: number; later: number };
}

/** Options of {@link behaviour}. */
export interface BehaviourOptions {
  /** The column of the customer. */
  customer: string;
  /** The column of the time of the event: Dates, or milliseconds since 1970. */
  at: string;
  /** The column of what the event was worth. */
  amount?: string;
  /** The end of what is looked at; the last event where not given. */
  now?: TimeLike;
  /** Days ahead that are forecast; 90 where not given. */
  horizonDays?: number;
  /** The share of active customers who are fanatics; 0.2 where not given. */
  fanaticShare?: number;
  /** The probability to be active below which a customer is a sceptic; 0.5 where not given. */
  scepticBelow?: number;
  /** A model that was fitted before. */
  model?: RepurchaseModel;
}

/** Recency, frequency and value of customers from a table with one row for each event, and what they say of the next. */
export function behaviour(table: Table, options: BehaviourOptions): BehaviourReport {
  const { now, ...rest } = fieldsOf(options);
  const { customer, at, amount } = rest;
  return ask("behaviour", rest, { table, columns: [customer, at, amount], times: [at], now }) as BehaviourReport;
}

/** Options of {@link repurchase}. */
export interface RepurchaseOptions {
  /** The column of days with a purchase; `purchases` where not given. */
  purchases?: string;
  /** The column of days since the last of them; `daysSinceLast` where not given. */
  daysSinceLast?: string;
  /** The column of days since the first; `daysKnown` where not given. */
  daysKnown?: string;
  horizonDays?: number;
  /** A model that was fitted before; fitted to the table where not given. */
  model?: RepurchaseModel;
}

/** Forecasts for customers whose histories are counted already: a table with one row for each. */
export function repurchase(
  table: Table,
  options: RepurchaseOptions = {},
): { forecasts: (RepurchaseForecast | null)[]; model: RepurchaseModel; fit: RepurchaseFit | null } {
  const { purchases = "purchases", daysSinceLast = "daysSinceLast", daysKnown = "daysKnown", ...rest } = fieldsOf(options);
  const columns = [purchases, daysSinceLast, daysKnown];
  const asked = { ...rest, purchases, daysSinceLast, daysKnown };
  return ask("repurchase", asked, { table, columns }) as ReturnType<typeof repurchase>;
}

/** The scorecard in full, with what is left out filled in; what is wrong with it is an error with its path. */
export function checkScorecard(scorecard: Scorecard): Scorecard {
  return ask("scorecard", scorecard, {}) as Scorecard;
}

/** A doubt about a scorecard. */
export interface ScorecardFinding {
  /**
   * - `measure_count`: fewer than 4 measures, or more than 6.
   * - `subjective`: more than 2 measures are opinions.
   * - `weight_sum`: the weights of groups add up neither to 1 nor to 100.
   * - `recent_change`: the formula changed less than six months before `now`.
   * - `never_varies`: a measure has the same points for every account.
   * - `correlated`: two measures go together with a correlation of 0.8 or more, either way, over 10 accounts or more.
   */
  code: "measure_count" | "subjective" | "weight_sum" | "recent_change" | "never_varies" | "correlated";
  /** The measures or groups that it is about. */
  names: string[];
  /** The figure: how many, the sum, days, points, or the correlation. */
  value: number | null;
}

/**
 * What is doubtful about a scorecard: about its definition, with `now` about its age, and with a table of accounts about
 * their measures.
 *
 * @example
 * const card: Scorecard = { name: "use", groups: [{ id: "use", measures: [{ id: "logins", points: { linear: [[0, 0], [20, 100]] } }] }] };
 * lintScorecard(card, { account: ["a", "b"], logins: [7, 7] }).map(({ code }) => code); // ["measure_count", "never_varies"]
 */
export function lintScorecard(scorecard: Scorecard, table?: Table, options: AccountOptions = {}): ScorecardFinding[] {
  const { account = "account", now, ...rest } = fieldsOf(options);
  const stages = oneStage(scorecard);
  const asked = { account, stages, ...rest };
  if (table === undefined) return ask("lint", asked, { now }) as ScorecardFinding[];
  const { columns, times } = looked(stages, now);
  return ask("lint", asked, { table, columns: [account, ...columns], times, now }) as ScorecardFinding[];
}

function isStages(scorecard: Scorecard | readonly Stage[]): scorecard is readonly Stage[] {
  return Array.isArray(scorecard);
}

// Checked and in full, so that what follows can rely on its form.
function oneStage(given: Scorecard): Stage[] {
  const scorecard = checkScorecard(given);
  return [{ name: scorecard.name, scorecard }];
}

function checkStages(stages: readonly Stage[]): Stage[] {
  return ask("stages", { account: "", stages }, {}) as Stage[];
}

// The columns that scorecards and their conditions name, and those of them that hold times.
function looked(stages: readonly Stage[], now: TimeLike | undefined): { columns: (string | undefined)[]; times: string[] } {
  const columns: (string | null | undefined)[] = [];
  const times: string[] = [];
  let ages = false;
  for (const { when = [], scorecard } of stages) {
    for (const { id, points, at, freshDays, standardError } of scorecard.groups.flatMap((group) => group.measures)) {
      const { decay, percentile } = points as { decay?: object; percentile?: { within?: string } };
      columns.push(id, at, standardError, percentile?.within);
      if (decay !== undefined) times.push(id);
      if (typeof at === "string") times.push(at);
      ages ||= decay !== undefined || typeof freshDays === "number";
    }
    for (const { column, test } of [...when, ...(scorecard.alarms ?? []).flatMap((alarm) => alarm.when)]) {
      columns.push(column);
      if (typeof test === "string" || !("olderThanDays" in test)) continue;
      times.push(column);
      ages = true;
    }
  }
  if (ages && now === undefined) throw refused("the scorecard looks at times: say what time it is", "now");
  return { columns: columns.filter((name) => name !== null), times };
}
