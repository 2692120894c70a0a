// What the entry points of `heedful/read` export beside their own `init`: files of responses, and what is asked of
// responses before they are scored.
import { call } from "./read-engine.js";
import { fieldsOf, HeedfulError } from "./error.js";
import { camel, decode, encode, snakeName } from "./json.js";
import type { MetricLike } from "./metric.js";
import type { Cell, Responses, Roles } from "./table.js";

export { type ErrorCode, HeedfulError } from "./error.js";
export { funnel, join } from "./listen.js";
export type { FunnelOptions, FunnelRow, Joined, JoinOptions, Step, WithColumns } from "./listen.js";
export type { MetricLike } from "./metric.js";
export type { CompiledModule, ModuleSource } from "./source.js";
export type { Cell, Columns, Responses, Roles, Rows, Table } from "./table.js";

/** The version of the engine that reads. */
export function version(): string {
  return call((module) => module.version());
}

/** How a file of responses is read: which column is what, and how texts become values. */
export interface ReadOptions extends Omit<Roles, "rating"> {
  /** The columns of the ratings, each with the metric it is checked against if it has one of its own. */
  rating?: string | { column: string; metric?: MetricLike } | readonly (string | { column: string; metric?: MetricLike })[];
  /** The metric that ratings are checked against, and whose labels are understood. */
  metric?: MetricLike;
  /** Columns to slice by, read as texts; `all` takes every column of a CSV file that has no role. */
  attributes?: readonly string[] | "all";
  /** How times are written, in the letters of `strptime`: `%d/%m/%Y %H:%M`. */
  dateFormat?: string;
  /** What separates fields; found out where not given. */
  delimiter?: string;
  /** What encloses fields; `"` where not given, `null` where quotes mean nothing. */
  quote?: string | null;
  /** The encoding of bytes without a byte order mark; `utf-8` where not given. */
  encoding?: "utf-8" | "latin-1" | "utf-16";
  /** Texts that mean that there is no value, beside blank ones; `NA` and `N/A` where not given. */
  missing?: readonly string[];
  /** What happens at a row that cannot be read: an error (`stop`, default), or it is returned in `rejected`. */
  onError?: "stop" | "collect";
  /** What happens to a rating that is not on the scale of the metric: a bad row (default), or it is kept. */
  invalid?: "error" | "count";
  /** Whose export the file is: columns that are not named are found by it, and `recognised` tells every guess. */
  preset?: Preset;
}

/** The tools whose exports are known; `auto` recognises them. */
export type Preset =
  | "auto"
  | "qualtrics"
  | "surveymonkey"
  | "typeform"
  | "google_forms"
  | "delighted"
  | "wootric"
  | "formbricks"
  | "medallia"
  | "generic";

/** What a file was taken for. */
export interface Recognised {
  preset: Exclude<Preset, "auto">;
  /** What it was recognised by. */
  why: string[];
  /** Rows before the first response; 0 for JSON. */
  headerRows: number;
  /** The columns that are read, and as what. */
  columns: { column: string; role: string; metric: string | null; question: string | null; why: string }[];
  /** The columns that are not read. */
  leftOut: { column: string; why: string }[];
  /** What else a person should know before trusting the guesses. */
  notes: string[];
}

/** A row that could not be read. */
export interface Rejected {
  /** Which data row of the file it is, counted from 0. */
  row: number;
  /** The line on which it starts, counted from 1. */
  line: number;
  column: string | null;
  code: string;
  message: string;
  /** The row as it stands in the file. */
  fields: string[];
}

/** A file that was read. It is a table: `score(file, { metric: "nps" })`. */
export interface File extends Responses {
  /** How many rows the file has, rejected ones included. */
  rows: number;
  rejected: Rejected[];
  delimiter: string | null;
  encoding: "utf-8" | "latin-1" | "utf-16";
  /** How times were read: as instants or wall-clock times, and whether the day came first where that was open. */
  dates: { clock: "instant" | "wall"; dayFirst: boolean | null } | null;
  /** What the file was taken for, where a preset was asked for. */
  recognised: Recognised | null;
}

/**
 * Reads a CSV file: its text, or its bytes in UTF-8, Latin-1 or UTF-16.
 *
 * @example
 * const file = readCsv(await (await fetch("responses.csv")).bytes(), {
 *   rating: "NPS_SCORE", at: "CUSTOMER_RESPONSE_DATE", dateFormat: "%d/%m/%Y %H:%M", attributes: ["PLAN"],
 * });
 * score(file, { metric: "nps", by: "PLAN" });
 */
export function readCsv(source: string | Uint8Array | ArrayBuffer, options: ReadOptions): File {
  return read("read_csv", source, options);
}

/** Reads a file of JSON Lines: one object a line, nested fields by dotted paths. Otherwise as {@link readCsv}. */
export function readJsonl(source: string | Uint8Array | ArrayBuffer, options: ReadOptions): File {
  return read("read_jsonl", source, options);
}

/** Reads a JSON document: an array of objects, or what a tool wraps around them. Otherwise as {@link readJsonl}. */
export function readJson(source: string | Uint8Array | ArrayBuffer, options: ReadOptions): File {
  return read("read_json", source, options);
}

interface Shown {
  name: string;
  kind: "category" | "instants" | "wall_times" | "values";
  data: (number | null)[];
  values?: Cell[];
}

function read(how: "read_csv" | "read_jsonl" | "read_json", source: string | Uint8Array | ArrayBuffer, options: ReadOptions): File {
  const text = typeof source === "string";
  const bytes = text ? new TextEncoder().encode(source) : source instanceof ArrayBuffer ? new Uint8Array(source) : source;
  if (!(bytes instanceof Uint8Array)) throw new HeedfulError("invalid-argument", "a file is a text or its bytes", { path: "source" });
  // A text has no encoding any more.
  const { kindColumn: kind, signalColumn: signal, ...rest } = { ...fieldsOf(options), ...(text && { encoding: undefined }) };
  const named = Object.entries({ ...rest, kind, signal }).map(([name, value]) => [snakeName(name), value as unknown]);
  const json = encode(Object.fromEntries(named));
  const { columns, roles, dates, recognised, ...file } = decode(call((module) => module[how](bytes, json))) as {
    columns: Shown[];
    roles: { [role: string]: string | null };
    dates: { clock: string; day_first: boolean | null } | null;
    recognised: object | null;
  };
  return {
    ...file,
    dates: dates && { clock: dates.clock, dayFirst: dates.day_first },
    recognised: camel(recognised) as Recognised | null,
    columns: Object.fromEntries(columns.map((column) => [column.name, cells(column)])),
    roles: rolesOf(roles),
  } as File;
}

function cells({ kind, data, values }: Shown): Cell[] {
  switch (kind) {
    case "category":
      return data.map((key) => (key === null ? null : (values?.[key] ?? null)));
    case "wall_times":
      return data.map((at) => (at === null ? null : new Date(at).toISOString().slice(0, -1)));
    default:
      return data;
  }
}

function rolesOf({ kind, signal, ...roles }: { [role: string]: string | null }): Roles {
  const named = Object.entries({ ...roles, kindColumn: kind, signalColumn: signal });
  return Object.fromEntries(named.filter(([, column]) => typeof column === "string")) as Roles;
}
