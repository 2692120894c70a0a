// Tables of accounts, customers and events on their way into the module of `heedful/health`.
import { columnsOf } from "./columns.js";
import { fieldsOf, HeedfulError } from "./error.js";
import type { Happening } from "./happening.js";
import { camel, decode, encode, encoded, snake } from "./json.js";
import { call } from "./health-engine.js";
import type { Table } from "./table.js";

/** A time: a Date, or milliseconds since 1970. */
export type TimeLike = Date | number;

/** @internal */
export interface Asked {
  table?: Table;
  /** The columns that are needed. */
  columns?: readonly (string | undefined)[];
  /** Those of them that hold times; columns of Dates always do. */
  times?: readonly (string | undefined)[];
  now?: TimeLike | undefined;
  previous?: string | { readonly state: string; readonly happenings: readonly Happening[] } | undefined;
  /** Options with names of the user: they travel as they are. */
  own?: object;
}

/** Asks the module; what leaves has names in camelCase. @internal */
export function ask(question: string, options: object, { table = {}, columns = [], times = [], now, previous = "", own = {} }: Asked): unknown {
  const { state, happenings } = typeof previous === "string" ? { state: previous, happenings: [] } : fieldsOf(previous, "previous");
  const [then, before] = [encoded(state, "previous"), encode(happenings)];
  const needed = columnsOf(table, columns, times);
  const document = encode({ ...(snake(options) as object), ...own });
  const at = now === undefined ? undefined : Number(now);
  if (at !== undefined && !(Math.abs(at) <= 8.64e15)) throw refused("a time is a Date or milliseconds since 1970", "now");
  return camel(decode(call((module) => module.health(question, needed, document, at, then, before), undefined, { ...options, ...own })));
}

/** @internal */
export function refused(message: string, path: string): HeedfulError {
  return new HeedfulError("invalid-argument", message, { path });
}
