// Customer data beside responses, and the response funnel.
import { call, pack } from "./read-engine.js";
import { fieldsOf } from "./error.js";
import { camel, decode, encode } from "./json.js";
import { beside, open, type Roles, rowsOf, type Table } from "./table.js";
import { hostZone } from "./zone.js";

/** How customer data is joined onto responses. */
export interface JoinOptions {
  /** The column of the responses that names the customer; the role `customer` where not given. */
  on?: string;
  /** The column of the customer data that names the customer; the same name where not given. */
  key?: string;
  /** The column of the time of the responses, where customer data has a history. */
  at?: string;
  /** The column of customer data with the time from which a row is valid, until the customer's next row is. */
  validFrom?: string;
  /** The columns to join; all where not given. */
  columns?: readonly string[];
  /** Two rows with the same key (and time) are an error (default), or the `last` counts. */
  duplicates?: "error" | "last";
  /** Where times on one side have a zone and on the other have none: the zone of those without. */
  timeZone?: string;
  /** How times are written where they are texts. */
  dateFormat?: string;
}

/**
 * Responses with customer data, and how well the two fit. Every response is in exactly one of `matched`, `unmatched`,
 * `withoutKey`, `tooEarly` and `withoutTime`; the new columns are `null` in all but the matched ones.
 */
export interface Joined<T> {
  /** The table that was given, with the new columns. */
  table: T;
  matched: number;
  /** Responses whose customer is not in the customer data. */
  unmatched: number;
  withoutKey: number;
  /** Responses from before the first row of their customer was valid. */
  tooEarly: number;
  withoutTime: number;
  /** Rows of customer data that gave way to a later one with the same key (and time). */
  duplicates: number;
  /** Rows of customer data without a key. */
  keyless: number;
  /** Customers that no response matched. */
  unused: number;
}

/** The type of a table with more columns: rows have fields that are not known to the compiler. */
export type WithColumns<T> = T extends readonly (infer Row)[] ? (Row & { [column: string]: unknown })[] : T;

/** A step of the funnel. */
export type Step = "invited" | "delivered" | "opened" | "rated" | "gave_reason" | "commented" | "declined";

/** How a funnel is counted from a table with a row for each invitation. */
export interface FunnelOptions {
  /** The column that names the furthest step of each row. */
  status?: string;
  /** What the steps are called there: `{ DONE: "rated" }`. */
  words?: { readonly [word: string]: Step };
  /** Or a column for each step, of yes and no, or of times where the step happened. */
  columns?: { readonly [step in Step]?: string };
  /** Columns that tell by having a value that a rating was given and a comment was written. */
  rating?: string;
  comment?: string;
  /** The column of the signal: rows that are not solicited are left out. */
  signalColumn?: string;
  confidence?: number;
}

/** A step with its rates: shares, 0 to 1, with Wilson intervals. */
export interface FunnelRow {
  step: Step;
  n: number;
  /** The step that it is a part of. */
  previous: Step | null;
  ofPrevious: number | null;
  ofPreviousLower: number | null;
  ofPreviousUpper: number | null;
  /** For `rated` this is the response rate. */
  ofInvited: number | null;
  ofInvitedLower: number | null;
  ofInvitedUpper: number | null;
}

/**
 * Joins customer data (plan, value, region) onto responses, as it was when each response was given.
 *
 * @example
 * import { join } from "heedful/read";
 * const { table, unmatched } = join(rows, customers, { on: "customer", key: "id", at: "created", validFrom: "since" });
 * score(table, { rating: "score", by: "plan" });
 */
export function join<T extends Table>(table: T, customers: Table, options: JoinOptions = {}): Joined<WithColumns<T>> {
  const { on, key, at, validFrom, columns, timeZone, dateFormat, ...rest } = fieldsOf(options);
  const ours = pack(table, { ...(on !== undefined && { customer: on }), ...(at !== undefined && { at }) }, [], dateFormat);
  const source = open(customers);
  const theirKey = key ?? source.roles.customer ?? ours.played.customer;
  const theirs = pack(
    customers,
    { ...(theirKey !== undefined && { customer: theirKey }), ...(validFrom !== undefined && { at: validFrom }) },
    [],
    dateFormat,
  );
  // The module says which row of customer data belongs to each response; values of any kind are then taken from there.
  const instants = Float64Array.of(...(ours.instants ?? []), ...(theirs.instants ?? []));
  const time_zone = timeZone === undefined ? undefined : hostZone(timeZone, instants);
  const document = encode({ valid_from: validFrom, time_zone, ...rest });
  const { rows, fit } = decode(
    call((module) => module.join(ours.columns, ours.roles, theirs.columns, theirs.roles, document)),
  ) as { rows: (number | null)[]; fit: object };
  const names = columns ?? source.names().filter((name) => name !== theirKey && name !== validFrom);
  const joined = names.map((name): [string, unknown[]] => {
    const values = source.column(name);
    return [name, rows.map((row) => (row === null ? null : (values[row] ?? null)))];
  });
  return { table: beside(table, joined), ...(camel(fit) as object) } as Joined<WithColumns<T>>;
}

/**
 * How many of those invited came how far, with the rate of each step: from counts by step, or from a table with a row
 * for each invitation.
 *
 * @example
 * funnel({ invited: 1000, opened: 400, rated: 100 })[1].ofPrevious; // 0.4
 * funnel(rows, { status: "state", words: { SENT: "invited", DONE: "rated" } });
 */
export function funnel(counts: { readonly [step in Step]?: number }, options?: { confidence?: number }): FunnelRow[];
export function funnel(table: Table, options?: FunnelOptions): FunnelRow[];
export function funnel(data: Table | { readonly [step in Step]?: number }, options: FunnelOptions = {}): FunnelRow[] {
  const { confidence, status, words, columns, rating, comment, signalColumn } = fieldsOf(options);
  if (!Array.isArray(data) && Object.values(fieldsOf(data, "data")).every((count) => typeof count === "number")) {
    return rowsOf(call((module) => module.funnel_counts(encode(data), encode({ confidence })))) as unknown as FunnelRow[];
  }
  const given = { rating, comment, signalColumn };
  const roles = Object.fromEntries(Object.entries(given).filter(([, name]) => name !== undefined)) as Roles;
  const needed = [...(status === undefined ? [] : [status]), ...Object.values(columns ?? {})];
  const packed = pack(data as Table, roles, needed, undefined, ["comment"]);
  const document = encode({ status, words, columns, confidence });
  return rowsOf(call((module) => module.funnel(packed.columns, packed.roles, document))) as unknown as FunnelRow[];
}
