// What the entry points of `heedful/watch` export beside their own `init`: one series, or many, watched.
import { type Day, dayGiven } from "./day.js";
import { fieldsOf } from "./error.js";
import type { EpisodeRow, Every } from "./detect.js";
import { encode, snake } from "./json.js";
import { type Cell, rowsOf, type Table } from "./table.js";
import { onDays } from "./wall.js";
import { call, pack } from "./watch-engine.js";

export type { Day } from "./day.js";
export { detect, type Detected, type DetectOptions, type DetectRow, type Direction, type EpisodeRow, type Every, type Method } from "./detect.js";
export { Detector } from "./detector.js";
export type { Anomalies, Anomaly, AnomalyPlace, DetectorOptions, Place, RunOptions, SeriesName, UpdateOptions } from "./detector.js";
export { type ErrorCode, HeedfulError } from "./error.js";
export type { AlertSource, Happening, Severity } from "./happening.js";
export type { ReasonOf, WhyReasons } from "./row-reasons.js";
export type { CompiledModule, ModuleSource } from "./source.js";
export type { Cell, Columns, Responses, Roles, Rows, Table } from "./table.js";

/** The version of the engine that watches. */
export function version(): string {
  return call((module) => module.version());
}

/** Options of {@link emerging}. */
export interface EmergingOptions {
  /** The column of the time. */
  at?: string;
  /** The column of the comments. */
  comment?: string;
  /** `day` where not given. */
  every?: Every;
  /** The false-discovery rate of each period; 0.01 where not given. */
  fdr?: number;
  /** The first day that is judged; the last 14 periods where not given. */
  since?: Day;
  language?: string;
  /** Words in the longest phrase, 1 to 5; 3 where not given. */
  words?: number;
  /** Comments in which a word or phrase stands at least; 5 where not given. */
  minimumComments?: number;
  /** Words that are known already. */
  known?: readonly string[];
  /** The zone in which times with a zone fall on days: an IANA name. */
  timeZone?: string;
  /** How times are written where they are texts. */
  dateFormat?: string;
}

/** Words and phrases that rise together. */
export interface EmergingRow extends EpisodeRow {
  /** The strongest. */
  term: string;
  /** All of them, with commas between. */
  terms: string;
  /** One of its comments, without addresses and numbers. */
  comment: Cell;
}

/**
 * Words and phrases that are written more often than their own past lets expect: what nobody thought to watch.
 *
 * @example
 * emerging(rows, { at: "created", comment: "text", every: "week" })[0]?.term; // "sales tax"
 */
export function emerging(table: Table, options: EmergingOptions): EmergingRow[] {
  const { at, comment, every = "day", since, timeZone, dateFormat, ...rest } = fieldsOf(options);
  const roles = { ...(at !== undefined && { at }), ...(comment !== undefined && { comment }) };
  const { columns, roles: played } = onDays(pack(table, roles, [], dateFormat, ["comment"]), timeZone);
  const document = encode({ ...(snake(rest) as object), every, since: dayGiven(since, "since") });
  return rowsOf(call((module) => module.emerging(columns, played, document), undefined, options)) as unknown as EmergingRow[];
}
