// Tables in, tables out: JavaScript's rows and columns as the columns of the engine, and its answers as rows.
import { fieldsOf, HeedfulError } from "./error.js";
import { camelName, decode, encode, escapeText } from "./json.js";

/** A table as a list of rows, each an object with a field for each column. */
export type Rows = readonly object[];

/** A table as an object of columns of equal length: lists or typed arrays. */
export type Columns = { readonly [name: string]: ArrayLike<unknown> };

/**
 * Responses as the readers of `heedful/read` return them: columns, and which column plays which role.
 * Any other table can be made one: `{ columns, roles }`.
 */
export interface Responses {
  /** Each column as a list; `null` is missing. Times are milliseconds since 1970, or texts if they have no zone. */
  columns: { [name: string]: Cell[] };
  /** The column of each role that has one. */
  roles: Roles;
}

/**
 * A table of responses. Missing are `null`, `undefined`, `NaN` and `""`.
 *
 * - Ratings are numbers, or texts and booleans that the metric's scale understands (`"10 - Extremely likely"`).
 * - Times are `Date`s, milliseconds since 1970, or texts: ISO 8601 and what else the readers of `heedful/read`
 *   understand. Texts without an offset from UTC are in their own zone; everything else is an instant.
 * - Attributes are texts, numbers or booleans.
 */
export type Table = Rows | Columns | Responses;

/** A value of a result. */
export type Cell = string | number | boolean | null;

/** Which column plays which role; each is a column's name. */
export interface Roles {
  /** The rating. */
  rating?: string;
  /** When the response was given. */
  at?: string;
  /** What the customer wrote. */
  comment?: string;
  /** The person asked. */
  customer?: string;
  /** The organisation or project the person belongs to. */
  account?: string;
  /** How much a response counts; not negative. */
  weight?: string;
  /** `relational` or `transactional`. */
  kindColumn?: string;
  /** `solicited`, `unsolicited` or `inferred`; a missing value counts as solicited. */
  signalColumn?: string;
}

// How a role is called in the engine.
const ROLES = {
  rating: "rating",
  at: "at",
  comment: "comment",
  customer: "customer",
  account: "account",
  weight: "weight",
  kindColumn: "kind",
  signalColumn: "signal",
} as const satisfies Record<keyof Roles, string>;

/** The roles among the fields of an object, and the other fields. @internal */
export function split(given: object): { roles: Roles; rest: Record<string, unknown> } {
  const roles: Record<string, string> = {};
  const rest: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fieldsOf(given))) {
    if (value === undefined) continue;
    if (!Object.hasOwn(ROLES, name)) rest[name] = value;
    else if (typeof value === "string") roles[name] = value;
    else if (value !== null) throw refused("the name of a column is a text", name);
  }
  return { roles, rest };
}

/** What a call into the module needs of a table. @internal */
export interface Packed {
  columns: unknown[];
  /** Roles as JSON. */
  roles: string;
  /** The roles that are played. */
  played: Roles;
  /** The times of the role `at`, where they are instants. */
  instants: Float64Array | undefined;
}

/** How a module reads times that are texts. @internal */
export type CallTimes = (
  run: (module: { read_times(texts: unknown[], format?: string): unknown }) => unknown,
  path?: string,
) => unknown;

/**
 * Takes the named columns, and those with a role, out of a table. Comments are only taken where they are `needed`:
 * leaving them out saves the way. Columns in `times` are times, as that of the role `at` is.
 * @internal
 */
export type Pack = (
  table: unknown,
  roles: Roles,
  names: Iterable<string>,
  dateFormat?: unknown,
  needed?: readonly string[],
  times?: readonly string[],
) => Packed;

/** How the engine of an entry point takes tables. @internal */
export function packer(call?: CallTimes): Pack {
  return (table, roles, names, dateFormat, needed = [], times = []) => {
    const source = open(table);
    const played: Roles = { ...source.roles, ...roles };
    if (!needed.includes("comment")) delete played.comment;
    const { at } = played;
    let instants: Float64Array | undefined;
    const columns = [...new Set([...names, ...Object.values(played)])].map((name) => {
      const values = source.column(name);
      if (name !== at && !times.includes(name)) return [escapeText(name), ...packed(values, name)];
      const read = timesOf(values, name, dateFormat, call);
      if (name === at && !read.wall) instants = read.at;
      return [escapeText(name), read.wall ? "wall_times" : "instants", read.at];
    });
    const named = Object.entries(played).map(([role, name]) => [ROLES[role as keyof Roles], name]);
    return { columns, roles: encode(Object.fromEntries(named)), played, instants };
  };
}

/** One column of values without a name. @internal */
export function packValues(values: ArrayLike<unknown>, weights: ArrayLike<unknown> | undefined): Packed {
  // A text has a length, but its letters are no ratings.
  if (typeof values !== "object" || values === null || typeof values.length !== "number") {
    throw wrongType("values come as a list or a typed array", "");
  }
  const columns: unknown[] = [["", ...packed(values, "")]];
  if (weights !== undefined) {
    if (typeof weights !== "object" || weights === null) throw wrongType("weights come as a list or a typed array", "weights");
    columns.push(["weights", ...packed(weights, "weights")]);
  }
  const roles = weights === undefined ? { rating: "" } : { rating: "", weight: "weights" };
  return { columns, roles: encode(roles), played: {}, instants: undefined };
}

/** Whether the data are plain values rather than a table: a list of no objects. @internal */
export function isValues(data: unknown): data is ArrayLike<unknown> {
  if (ArrayBuffer.isView(data)) return true;
  return Array.isArray(data) && !data.some((item) => typeof item === "object" && item !== null);
}

/** One name or several, given as the option `path`. @internal */
export function listed(names: string | readonly string[] | undefined, path: string): string[] {
  const list: unknown = names === undefined ? [] : typeof names === "string" ? [names] : names;
  if (Array.isArray(list) && list.every((name) => typeof name === "string")) return list as string[];
  throw refused("a name is a text, several are a list of texts", path);
}

/** A table of any form. @internal */
export interface Source {
  roles: Roles;
  names(): string[];
  column(name: string): ArrayLike<unknown>;
}

/** Opens a table. @internal */
export function open(table: unknown): Source {
  if (Array.isArray(table)) {
    return {
      roles: {},
      names: () => [...new Set(table.flatMap((row: unknown) => (typeof row === "object" && row !== null ? Object.keys(row) : [])))],
      column: (name) => fieldOf(table, name),
    };
  }
  if (typeof table !== "object" || table === null || ArrayBuffer.isView(table)) {
    throw refused("a table is a list of rows, an object of columns, or what a reader returned");
  }
  const read = isRead(table);
  const lists = (read ? table.columns : table) as Columns;
  return {
    roles: read ? split(table.roles ?? {}).roles : {},
    names: () => Object.keys(lists),
    column: (name) => {
      const list = Object.hasOwn(lists, name) ? lists[name] : undefined;
      if (list === undefined) throw missing(name, Object.keys(lists));
      if (!Array.isArray(list) && !ArrayBuffer.isView(list)) throw wrongType("the column is no list", name);
      return list;
    },
  };
}

/** Whether a table is what a reader returned: a column that is called `columns` is a list. @internal */
export function isRead(table: object): table is Responses {
  const { columns } = table as Partial<Responses>;
  return typeof columns === "object" && columns !== null && !Array.isArray(columns) && !ArrayBuffer.isView(columns);
}

/** The same table with more columns. @internal */
export function beside(table: Table, added: [string, unknown[]][]): Table {
  const { names } = open(table);
  const known = new Set(names());
  for (const [name] of added) {
    if (known.has(name)) throw new HeedfulError("duplicate-column", "the column is there already", { path: name });
  }
  if (Array.isArray(table)) {
    return table.map((row: object, index) => {
      const fields = added.map(([name, values]): [string, unknown] => [name, values[index]]);
      return Object.fromEntries([...Object.entries(row), ...fields]);
    });
  }
  const lists = isRead(table) ? table.columns : (table as Columns);
  const columns = Object.fromEntries([...Object.entries(lists), ...added]);
  return isRead(table) ? ({ ...table, columns } as Responses) : (columns as Columns);
}

function fieldOf(rows: readonly unknown[], name: string): unknown[] {
  // What every object inherits is no field of a row.
  const inherited = name in Object.prototype;
  let known = rows.length === 0;
  const values = rows.map((row, index) => {
    if (typeof row !== "object" || row === null) throw wrongType("a row is no object", "", index);
    const has = inherited ? Object.hasOwn(row, name) : name in row;
    known ||= has;
    return has ? (row as Record<string, unknown>)[name] : undefined;
  });
  if (!known) throw missing(name, Object.keys(rows[0] as object));
  return values;
}

function missing(name: string, names: string[]): HeedfulError {
  return new HeedfulError("missing-column", `there is no such column: the table has ${names.join(", ")}`, { path: name });
}

function refused(message: string, path = ""): HeedfulError {
  return new HeedfulError("invalid-argument", message, { path });
}

function wrongType(message: string, path: string, row: number | null = null): HeedfulError {
  return new HeedfulError("column-type", message, { path, row });
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || value === "" || Number.isNaN(value);
}

// Kind, data and values of a column, as the module takes them.
function packed(values: ArrayLike<unknown>, name: string): unknown[] {
  if (values instanceof Uint8Array) return ["bytes", values];
  if (values instanceof Float64Array) return ["numbers", values];
  const numeric = (value: unknown) => typeof value === "number" || typeof value === "bigint" || isMissing(value);
  if (ArrayBuffer.isView(values) || Array.prototype.every.call(values, numeric)) {
    return ["numbers", Float64Array.from(values, (value) => (isMissing(value) ? NaN : Number(value)))];
  }
  const dictionary: unknown[] = [];
  const positions = new Map<unknown, number>();
  const keys = Uint32Array.from(values, (value, row) => {
    if (isMissing(value)) return 0xffffffff;
    let position = positions.get(value);
    if (position === undefined) {
      position = dictionary.length;
      positions.set(value, position);
      dictionary.push(plain(value, name, row));
    }
    return position;
  });
  return ["category", keys, dictionary];
}

function plain(value: unknown, name: string, row: number): string | number | boolean {
  switch (typeof value) {
    case "string":
      return escapeText(value);
    case "number":
    case "boolean":
      return value;
    case "bigint":
      return Number(value);
    default:
      throw wrongType("a value is no text, number or boolean", name, row);
  }
}

interface TimesRead {
  wall: boolean;
  at: Float64Array;
}

/** Times that are Dates or milliseconds, or texts where a call reads them. @internal */
export function timesOf(values: ArrayLike<unknown>, name: string, format: unknown, call: CallTimes | undefined): TimesRead {
  if (call !== undefined && Array.prototype.some.call(values, (value) => typeof value === "string" && value !== "")) {
    return readTimes(values, name, format, call);
  }
  const at = Float64Array.from(values, (value, row) => {
    if (isMissing(value)) return NaN;
    const time = value instanceof Date ? value.getTime() : Number(value);
    if ((typeof value === "object" && !(value instanceof Date)) || typeof value === "boolean" || typeof value === "string") {
      throw wrongType("a value is no Date, number of milliseconds or text", name, row);
    }
    if (Math.abs(time) > 8.64e15) throw new HeedfulError("date-invalid", "the time is beyond those of Date", { path: name, row });
    return time;
  });
  return { wall: false, at };
}

function readTimes(values: ArrayLike<unknown>, name: string, format: unknown, call: CallTimes): TimesRead {
  const texts = Array.from(values, (value, row) => {
    if (isMissing(value)) return null;
    if (typeof value === "string") return escapeText(value);
    throw new HeedfulError("date-mixed", "texts are mixed with other times", { path: name, row });
  });
  const answer = call((module) => module.read_times(texts, format === undefined ? undefined : String(format)), name);
  const { wall, at } = decode(answer) as { wall: boolean; at: (number | null)[] };
  return { wall, at: Float64Array.from(at, (time) => time ?? NaN) };
}

/** A row of a result under construction. @internal */
export type ResultRow = Record<string, unknown>;

/**
 * The rows of a table that the module returned. Its own names become camelCase and columns `share_…` one object
 * `shares` by band; the user's names stay.
 * @internal
 */
export function rowsOf(answer: unknown): ResultRow[] {
  return rowsFrom(decode(answer) as ResultColumn[]);
}

/** A column of a table that the module returned. @internal */
export interface ResultColumn {
  name: string;
  given: boolean;
  values: Cell[];
}

/** As {@link rowsOf}, of a table that is a part of an answer. @internal */
export function rowsFrom(columns: ResultColumn[]): ResultRow[] {
  const bands = columns.filter(isBand);
  const fields = columns.filter((column) => !isBand(column));
  const names = fields.map(({ name, given }) => (given ? name : camelName(name)));
  const [twice] = names.filter((name, index) => names.indexOf(name) !== index || (bands.length > 0 && name === "shares"));
  if (twice !== undefined) {
    throw new HeedfulError("duplicate-column", "a result has a field of this name already: rename the column", { path: twice });
  }
  const length = columns[0]?.values.length ?? 0;
  return Array.from({ length }, (_, row) => {
    const entries: [string, unknown][] = fields.map(({ values }, index) => [names[index] as string, values[row]]);
    if (bands.length > 0) {
      const shares = Object.fromEntries(bands.map(({ name, values }) => [name.slice("share_".length), values[row]]));
      entries.splice(-1, 0, ["shares", shares]);
    }
    return Object.fromEntries(entries);
  });
}

function isBand({ name, given }: ResultColumn): boolean {
  return !given && name.startsWith("share_");
}
