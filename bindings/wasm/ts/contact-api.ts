// What the entry points of `heedful/contact` export beside their own `init`: whom to ask and when, and the people who answer.
import { call, pack } from "./contact-engine.js";
import { fieldsOf, HeedfulError } from "./error.js";
import { camel, decode, encode, encoded, escapeText, parse, snake } from "./json.js";
import type { MetricLike } from "./metric.js";
import { isRead, listed, open, type ResultColumn, type Roles, rowsFrom, rowsOf, split, type Table } from "./table.js";
import { millis, type TimeLike } from "./times.js";
import { hostZone } from "./zone.js";

export { type ErrorCode, HeedfulError } from "./error.js";
export type { MetricLike } from "./metric.js";
export type { CompiledModule, ModuleSource } from "./source.js";
export type { Cell, Columns, Responses, Roles, Rows, Table } from "./table.js";
export type { TimeLike } from "./times.js";

/** The version of the engine that decides. */
export function version(): string {
  return call((module) => module.version());
}

/**
 * A policy as its JSON Schema says (`docs/schemas/contact_policy.json`), as an object or as JSON; an object may spell its
 * names in camelCase.
 */
export type PolicyDefinition = string | { readonly [field: string]: unknown };

/** Why somebody is not asked now; further ones may come with later versions. */
export type HoldCode =
  | "opted-out"
  | "quarantine"
  | "gap"
  | "cap"
  | "not-sampled"
  | "no-event"
  | "too-early"
  | "expired"
  | "asked-already"
  | "since-unknown"
  | "first-contact"
  | "quiet"
  | "no-channel"
  | "enough"
  | "nothing-open"
  | "reminded-enough"
  | "no-reminders"
  | (string & {});

/** A rule that speaks against asking now. */
export interface Hold {
  code: HoldCode;
  /** The position of the rule in the policy; `null` for what the customer has said. */
  rule: number | null;
  /** Until when, in milliseconds since 1970; `null` is for good. */
  until: number | null;
}

/** Whether to ask a candidate, with everything that speaks against it. */
export interface Decision {
  /** Now, by this channel where one was wanted or chosen; not before a time; or not at all, as things are. */
  verdict: { do: "ask"; channel: string | null } | { do: "later"; at: number } | { do: "never" };
  holds: Hold[];
}

/** What to do with a candidate in the window of a plan; times are milliseconds since 1970. */
export interface PlanRow {
  /** The position of the candidate. */
  candidate: number;
  send: boolean;
  at: number | null;
  channel: string | null;
  /** When it is announced, reminded of if there is no answer, and closed. */
  notice: number | null;
  reminder: number | null;
  deadline: number | null;
  /** Why not; `target-reached` where enough others are asked. */
  code: HoldCode | "target-reached" | null;
  rule: number | null;
  /** When it could be asked, after the window. */
  next: number | null;
}

/** The window of a plan, and how much is wanted. */
export interface PlanOptions {
  /** Past contacts. */
  past?: Table;
  /** The window; its end is not part of it. */
  start: TimeLike;
  end: TimeLike;
  /** Most invitations of each survey; all where not given. */
  target?: number;
  /** Spreads the invitations of each survey evenly over the days; as early as possible where not. */
  spread?: boolean;
  /** Days before the invitation at which it is announced. */
  noticeDays?: number;
  /** Draws the order within a survey. */
  salt?: string;
}

/** What a policy would have done. */
export interface Replay {
  sent: number;
  answered: number;
  /** Contacts that would not have been made, by the first rule that held them back. */
  refused: [HoldCode, number][];
  surveys: {
    survey: string;
    sent: number;
    wasSent: number;
    answered: number;
    wasAnswered: number;
    /** Half the width of the score's interval at 95 %, in points. */
    margin: number | null;
    wasMargin: number | null;
  }[];
}

/**
 * Rules for whom to ask and when: gaps, caps, samples, triggers, quiet hours, channels, reminders. Without a definition it
 * is what the field advises.
 *
 * Candidates and past contacts are tables of any form, with these columns (in camelCase or snake_case):
 *
 * - candidates: `customer` and `survey`; where known `account`, `household`, `zone`, `since`, `optedOut`,
 *   `quarantineUntil`, `channels` (a list, or a text in which they are apart by `|`), `metric`, `kind`, `touchpoint`,
 *   `channel`, `event` with `eventAt`, `margin`, `reminder`. Other columns are attributes.
 * - past contacts: `customer`, `survey` and `at`; where known `account`, `household`, `metric`, `kind`, `touchpoint`,
 *   `channel`, `outcome` (`open`, `answered`, `declined`), `reminder`.
 *
 * Zones are those of the host (`Intl`), looked up for ten years from the time asked about; later times count as in the
 * last of them.
 *
 * @example
 * const policy = new ContactPolicy({ rules: [{ gap: { days: 90 } }, { quiet: { from: "20:00", to: "08:00" } }] });
 * policy.decide([{ customer: "ada", survey: "nps", zone: "Europe/Zurich" }], { past, now: new Date() })[0].verdict.do;
 */
export class ContactPolicy {
  readonly #json: string;

  constructor(definition?: PolicyDefinition) {
    const written = typeof definition === "string" ? undefined : definition;
    const json = definition === undefined ? "" : typeof definition === "string" ? encoded(definition) : encode(snake(definition));
    this.#json = encode(decode(call((module) => module.policy(json), undefined, written)));
  }

  /** The rules in full, as every language stores them. */
  toJSON(): { rules: object[]; priority?: string[] } {
    return parse(this.#json) as { rules: object[] };
  }

  /** Decides about each candidate at a time. Contacts after it count as well: they are promised. */
  decide(candidates: Table, options: { past?: Table; now: TimeLike }): Decision[] {
    const { past, now } = fieldsOf(options);
    const at = millis(now, "now", call);
    const [columns, zones] = people(candidates, weeks(at, at));
    const known = past === undefined ? [] : contacts(past);
    return decode(call((module) => module.decide(this.#json, columns, known, zones, at))) as Decision[];
  }

  /** Plans the invitations of a window under all rules; what is planned counts for those who come after. */
  plan(candidates: Table, options: PlanOptions): PlanRow[] {
    const { past, start, end, ...rest } = fieldsOf(options);
    const [from, to] = [millis(start, "start", call), millis(end, "end", call)];
    const [columns, zones] = people(candidates, weeks(from, to));
    const known = past === undefined ? [] : contacts(past);
    const document = encode({ from, to, ...(snake(rest) as object) });
    return rowsOf(call((module) => module.plan_contacts(this.#json, columns, known, zones, document))) as unknown as PlanRow[];
  }

  /**
   * What this policy would have done with past contacts, each at its time. `customers` is a table of what is known of them
   * (the columns of candidates without `survey`), `deviation` the standard deviation of one answer in points.
   */
  replay(past: Table, options: { customers?: Table; deviation?: number } = {}): Replay {
    const { customers, deviation } = fieldsOf(options);
    const known = contacts(past);
    const at = known.find(([name]) => name === "at")?.[2] as Float64Array | undefined;
    const [columns, zones] = customers === undefined ? [[], []] : people(customers, at ?? new Float64Array());
    return camel(decode(call((module) => module.replay(this.#json, known, columns, zones, deviation)))) as Replay;
  }
}

// How columns are called in the engine.
const FIELDS: { readonly [name: string]: string } = { optedOut: "opted_out", quarantineUntil: "quarantine_until", eventAt: "event_at" };
const TIMES = ["at", "since", "quarantine_until", "event_at"];

type Packed = [name: string, kind: string, data: unknown, values?: unknown][];
type Zones = [name: string, starts: Float64Array, offsets: Float64Array][];

const WEEK = 7 * 86_400_000;

function columnsOf(table: Table): { [name: string]: ArrayLike<unknown> } {
  const source = open(table);
  const columns = new Map<string, ArrayLike<unknown>>();
  for (const given of source.names()) {
    const name = FIELDS[given] ?? given;
    if (columns.has(name)) throw new HeedfulError("duplicate-column", "the column is there in two spellings", { path: given });
    const values = source.column(given);
    columns.set(name, name === "channels" ? Array.from(values, (cell) => (Array.isArray(cell) ? cell.join("|") : cell)) : values);
  }
  return Object.fromEntries(columns);
}

function packAll(columns: { [name: string]: ArrayLike<unknown> }, times: readonly string[]): Packed {
  return pack({ columns, roles: {} }, {}, Object.keys(columns), undefined, [], times).columns as Packed;
}

function contacts(table: Table): Packed {
  const columns = columnsOf(table);
  // What a table without rows would hold is not known.
  return Object.keys(columns).length === 0 ? [] : packAll(columns, TIMES);
}

// Every week of a window and of ten years after it: a decision may lie a long time ahead.
function weeks(from: number, to: number): Float64Array {
  return Float64Array.from({ length: Math.ceil((to - from) / WEEK) + 524 }, (_, week) => from + (week - 1) * WEEK);
}

// Candidates or customers, and the zones that they live in, at these instants.
function people(table: Table, instants: Float64Array): [Packed, Zones] {
  const columns = columnsOf(table);
  const zones = columns["zone"];
  const names = new Set(Array.from(zones ?? []));
  const known: Zones = [];
  for (const name of names) {
    // UTC and offsets from it are known to the engine.
    if (typeof name !== "string" || name === "" || /^([+-]|utc$)/i.test(name)) continue;
    try {
      const zone = hostZone(name, instants);
      if (zone === "UTC") continue;
      const changes: [number, number][] = [[0, zone.offset], ...zone.transitions];
      known.push([escapeText(name), Float64Array.from(changes, ([at]) => at), Float64Array.from(changes, ([, offset]) => offset)]);
    } catch (error) {
      if (!(error instanceof HeedfulError)) throw error;
      throw new HeedfulError(error.code, error.message, { path: "zone", row: Array.prototype.indexOf.call(zones, name) });
    }
  }
  return [packAll(columns, TIMES), known];
}

/** How response rates are estimated. */
export interface PropensityOptions {
  /** Columns that make the cells. */
  by?: string | readonly string[];
  /** The column of the rating: an invitation was answered where it is there. */
  rating?: string;
  /** The metric of `value` and `bounds`; `nps` where not given. */
  metric?: MetricLike;
  /** Invitations that a cell needs to stand for itself; 30 where not given. */
  minimum?: number;
  /** The greatest weight. */
  cap?: number;
  confidence?: number;
}

/** How often those invited answer, and weights against it. */
export interface Propensity {
  /** The rate of each cell: the columns, and these fields. */
  cells: {
    invited: number;
    responded: number;
    rate: number;
    rateLower: number | null;
    rateUpper: number | null;
    /** The rate that its answers are weighted by. */
    propensity: number | null;
    /** Whether it is taken together with others. */
    pooled: boolean;
    [column: string]: unknown;
  }[];
  /** The weight of each row, 0 where there is no answer. */
  weights: number[];
  invited: number;
  responded: number;
  rate: number;
  /** Invitations in cells for which nobody speaks. */
  unheard: number;
  /** Kish's effective number of answers. */
  effectiveN: number;
  /** Answers whose weight was cut. */
  capped: number;
  /** The score of those who answered, without weights. */
  value: number | null;
  /** Between which values the score of all who were invited lies, whatever the silent would have said. */
  bounds: [number, number] | null;
}

/**
 * Response rates by segment, and weights by their inverse, from a table with a row for each invitation.
 *
 * @example
 * const { weights } = responsePropensity(invitations, { by: "plan", rating: "score" });
 * score(invitations.map((row, i) => ({ ...row, w: weights[i] })), { rating: "score", weight: "w" });
 */
export function responsePropensity(table: Table, options: PropensityOptions = {}): Propensity {
  const { by = [], metric = "nps", ...given } = fieldsOf(options);
  const { roles, rest } = split(given);
  const names = listed(by, "by");
  const { columns, roles: json } = pack(table, roles, names);
  const document = encode({ ...rest, by: names });
  const answer = call((module) => module.response_propensity(columns, json, document, encode(metric)));
  const { cells, rates, weights, value, bounds } = decode(answer) as {
    cells: ResultColumn[];
    rates: { by: unknown };
    weights: number[];
    value: number | null;
    bounds: [number, number] | null;
  };
  const { by: _, ...overall } = rates;
  return { ...(camel(overall) as object), cells: rowsFrom(cells), weights, value, bounds } as Propensity;
}

/**
 * A pseudonym for each id, which nobody can undo without the key: half of its HMAC-SHA-256 in hexadecimal. What is missing
 * is `null`. Keep the key (at least 16 bytes) apart from the data: with it a list of ids can be tried.
 */
export function pseudonym(id: string, options: { key: Uint8Array | string }): string;
export function pseudonym(ids: ArrayLike<unknown>, options: { key: Uint8Array | string }): (string | null)[];
export function pseudonym(ids: string | ArrayLike<unknown>, options: { key: Uint8Array | string }): unknown {
  const { key } = fieldsOf(options);
  const bytes = typeof key === "string" ? new TextEncoder().encode(key) : key;
  if (!(bytes instanceof Uint8Array)) throw new HeedfulError("invalid-argument", "a key is a text or bytes", { path: "key" });
  const one = typeof ids === "string";
  if (!one && !Array.isArray(ids) && !ArrayBuffer.isView(ids)) throw new HeedfulError("invalid-argument", "a list is needed", { path: "ids" });
  const texts = Array.from(one ? [ids] : ids, (id) => (id === null || id === undefined || id === "" || Number.isNaN(id) ? null : escapeText(String(id))));
  const found = decode(call((module) => module.pseudonym(texts, bytes))) as (string | null)[];
  return one ? found[0] : found;
}

/** Who is forgotten, and where. */
export interface ForgetOptions extends Pick<Roles, "customer" | "comment"> {
  /** Ids. */
  customers: string | readonly string[];
  /** Further columns that tell who somebody is. */
  also?: readonly string[];
}

/**
 * Forgets customers: in their rows the id, the comment and the columns in `also` become missing. Ratings, times and other
 * attributes stay, so that counts and scores do not change. Gives the table that is left and how many rows were changed.
 *
 * @example
 * const { table, rows } = forget(responses, { customer: "who", comment: "why", customers: "ada", also: ["email"] });
 */
export function forget<T extends Table>(table: T, options: ForgetOptions): { table: T; rows: number } {
  const { customers, also = [], ...given } = fieldsOf(options);
  if (customers === undefined) throw new HeedfulError("invalid-argument", "customers are needed", { path: "customers" });
  const others = listed(also, "also");
  const source = open(table);
  const { customer, comment } = { ...source.roles, ...split(given).roles };
  // Other roles are not asked for: their columns may hold what only scoring reads.
  const lists = isRead(table) ? table.columns : table;
  const named = { ...(customer !== undefined && { customer }), ...(comment !== undefined && { comment }) };
  const { columns, roles } = pack(lists, named, others, undefined, ["comment"]);
  const ids = listed(customers, "customers").map((id) => escapeText(id));
  const answer = call((module) => module.forget(columns, roles, ids, others.map((name) => escapeText(name))));
  const found = decode(answer) as { rows: number[]; columns: string[] };
  const gone = new Set(found.rows);
  const nothing = Object.fromEntries(found.columns.map((name) => [name, null]));
  if (Array.isArray(table)) {
    const left = table.map((row: object, index) => (gone.has(index) ? { ...row, ...nothing } : row));
    return { table: left as unknown as T, rows: gone.size };
  }
  const left = source.names().map((name): [string, unknown] => {
    const values = source.column(name);
    return [name, name in nothing ? Array.from(values, (value, row) => (gone.has(row) ? null : value)) : values];
  });
  const kept = Object.fromEntries(left);
  return { table: (isRead(table) ? { ...table, columns: kept } : kept) as unknown as T, rows: gone.size };
}

/** A table as CSV: a header, commas, quotes where a field needs them; times are ISO 8601, missing values empty fields. */
export function toCsv(table: Table): string {
  return written(table, false);
}

/** A table as JSON Lines: an object for each row; times are ISO 8601 texts, missing values null. */
export function toJsonl(table: Table): string {
  return written(table, true);
}

function written(table: Table, lines: boolean): string {
  const source = open(table);
  const names = source.names();
  const isTime = (name: string) => name === source.roles.at || Array.prototype.some.call(source.column(name), (cell) => cell instanceof Date);
  const { columns } = pack(table, {}, names, undefined, ["comment"], names.filter(isTime));
  return decode(call((module) => module.write_table(columns, lines))) as string;
}
