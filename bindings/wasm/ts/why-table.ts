// Tables, reasons and options on their way into the module of `heedful/why`.
import { HeedfulError } from "./error.js";
import { camel, decode, encode, escapeText, snake } from "./json.js";
import type { MetricLike } from "./metric.js";
import type { Uncertainty } from "./score.js";
import { open, type Roles, type Source, split, type Table } from "./table.js";
import { call, pack } from "./why-engine.js";

/** A reason of a row, as `ReasonMapper.map` of `heedful/text` gives them. */
export interface ReasonOf {
  row: number;
  reason: string;
}

/**
 * What tells the reasons of each row: the name of a column of lists, or of texts in which several are apart by `;`;
 * `{ flags }`, names of columns of truth values; a list of reasons for each row; or what a mapper of `heedful/text` found.
 */
export type WhyReasons =
  | string
  | { flags: readonly string[] }
  | readonly (readonly string[] | null | undefined)[]
  | readonly ReasonOf[];

/** Options that all analyses have. */
export interface Shared extends Uncertainty, Omit<Roles, "comment"> {
  /** The metric; `nps` where not given. */
  metric?: MetricLike;
  /** What happens to a rating that is not on the scale: an error (default), or it is counted. */
  invalid?: "error" | "count";
  /** Words that stand for no rating in texts; `NA` and `N/A` where not given. Blank text always does. */
  missing?: readonly string[];
  /** Which of a customer's answers count: `all` (default), or the `latest`, which needs `customer` and `at`. */
  repeats?: "all" | "latest";
  /** Takes one kind of response only. */
  kind?: "relational" | "transactional";
  /** Pools relational and transactional responses, which is refused otherwise. */
  pool?: boolean;
  /** Which signals count; solicited ones only where not given. */
  signals?: readonly ("solicited" | "unsolicited" | "inferred")[];
}

// The options of a scoring; all others are those of the analysis.
const SCORING = new Set(["confidence", "interval", "invalid", "missing", "repeats", "kind", "pool", "signals"]);

/** A table as the module takes it: columns, roles, and reasons as names, ends and codes. @internal */
export type Side = [unknown[], string, string[], Uint32Array, Uint16Array];

/** @internal */
export function sideOf(table: Table, options: object, names: readonly string[], reasons: WhyReasons | undefined): Side {
  const { roles } = split(options);
  const source = open(table);
  const needed = roles.rating === undefined ? names : [roles.rating, ...names];
  const { columns, roles: played } = pack(table, roles, needed);
  const rows = lengthOf(source, table);
  const [all, ends, codes] = coded(reasons === undefined ? Array.from({ length: rows }, () => []) : listsOf(source, reasons, rows));
  // Reasons may be all that is asked for: something has to know how many rows there are.
  if (columns.length === 0) columns.push(["row", "bytes", new Uint8Array(rows)]);
  return [columns, played, all, ends, codes];
}

/** Asks the module; what leaves has names in camelCase. @internal */
export function ask(question: string, sides: Side[], options: object, own: object = {}, earlier = ""): unknown {
  const { rest } = split(options);
  const { metric = "nps", ...others } = rest as { metric?: MetricLike };
  const { rating } = options as { rating?: string };
  const scoring: Record<string, unknown> = { metrics: [{ metric, rating }] };
  const asked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(others)) (SCORING.has(name) ? scoring : asked)[name] = value;
  const document = encode({ ...(snake(asked) as object), ...own, scoring });
  return camel(decode(call((module) => module.why(question, sides, document, earlier))));
}

// Each row's reasons as positions in a list of all.
function coded(rows: readonly (readonly string[])[]): [string[], Uint32Array, Uint16Array] {
  const known = new Map<string, number>();
  const ends = new Uint32Array(rows.length + 1);
  const codes: number[] = [];
  for (const [row, reasons] of rows.entries()) {
    for (const reason of reasons) {
      let code = known.get(reason);
      if (code === undefined) {
        code = known.size;
        if (code > 0xffff) throw new HeedfulError("invalid-argument", "there are more than 65536 reasons", { path: "reasons", row });
        known.set(reason, code);
      }
      codes.push(code);
    }
    ends[row + 1] = codes.length;
  }
  return [[...known.keys()].map(escapeText), ends, Uint16Array.from(codes)];
}

function lengthOf(source: Source, table: Table): number {
  if (Array.isArray(table)) return table.length;
  const [first] = source.names();
  return first === undefined ? 0 : source.column(first).length;
}

function listsOf(source: Source, reasons: WhyReasons, length: number): (readonly string[])[] {
  if (typeof reasons === "string") return Array.from(source.column(reasons), (cell, row) => listOf(cell, reasons, row));
  if (isFlags(reasons)) {
    const columns = reasons.flags.map((name) => [name, source.column(name)] as const);
    return Array.from({ length }, (_, row) => columns.filter(([, values]) => isTrue(values[row])).map(([name]) => name));
  }
  if (!Array.isArray(reasons)) throw new HeedfulError("invalid-argument", "nothing tells the reasons", { path: "reasons" });
  const found = reasons as readonly unknown[];
  if (!found.some(isReasonOf)) return found.map((cell, row) => listOf(cell, "reasons", row));
  const rows: string[][] = Array.from({ length }, () => []);
  for (const item of found) {
    const own = isReasonOf(item) ? rows[item.row] : undefined;
    if (own === undefined) throw new HeedfulError("length-mismatch", "a mapping is of a row that the table does not have", { path: "reasons" });
    own.push((item as ReasonOf).reason);
  }
  return rows;
}

function listOf(cell: unknown, path: string, row: number): readonly string[] {
  if (cell === null || cell === undefined || cell === "") return [];
  const list: readonly unknown[] = typeof cell === "string" ? cell.split(";").map((part) => part.trim()) : Array.isArray(cell) ? cell : [0];
  return list.filter((reason): reason is string => {
    if (reason === null || reason === undefined || reason === "") return false;
    if (typeof reason === "string") return true;
    throw new HeedfulError("column-type", "the reasons of a response are a list of texts", { path, row });
  });
}

function isFlags(reasons: unknown): reasons is { flags: readonly string[] } {
  return typeof reasons === "object" && reasons !== null && "flags" in reasons;
}

function isReasonOf(item: unknown): item is ReasonOf {
  return typeof item === "object" && item !== null && "row" in item && "reason" in item;
}

function isTrue(value: unknown): boolean {
  return value !== null && value !== undefined && value !== "" && Number(value) !== 0 && !Number.isNaN(Number(value));
}
