// What tells the reasons of each row, on its way into a module.
import { HeedfulError } from "./error.js";
import { escapeText } from "./json.js";
import { open, type Source, type Table } from "./table.js";

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

/** Each row's reasons as positions in a list of all: names, where the codes of each row end, codes. @internal */
export type Coded = [names: string[], ends: Uint32Array, codes: Uint16Array];

/** The reasons of the rows of a table. @internal */
export function reasonsOf(table: Table, reasons: WhyReasons | undefined): Coded {
  const rows = lengthOf(table);
  return coded(reasons === undefined ? Array.from({ length: rows }, () => []) : listsOf(open(table), reasons, rows));
}

function coded(rows: readonly (readonly string[])[]): Coded {
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
  return [[...known.keys()].map((name) => escapeText(name, "reasons")), ends, Uint16Array.from(codes)];
}

/** How many rows a table has. @internal */
export function lengthOf(table: Table): number {
  const source = open(table);
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
