// Documents and tables on this side: taxonomies that grow, and tables with reasons beside them.
import { listOf } from "./comments.js";
import { fieldsOf, HeedfulError } from "./error.js";
import type { Mapping, Reason, Taxonomy, Topic } from "./reasons.js";
import type { Columns, Responses } from "./table.js";

/** Where a reason goes. */
export interface WithReasonOptions {
  /** An id other than its own. */
  id?: string;
  /** The reason above it; the top where not given. */
  under?: string;
}

/**
 * A taxonomy with one more reason: one of yours, or a topic of `discover`.
 *
 * @example
 * const [topic] = discover(comments, { known: mapper }).topics;
 * const wider = new ReasonMapper(withReason(mapper.taxonomy, topic, { id: "parking" }));
 */
export function withReason(taxonomy: Taxonomy, reason: Reason | Topic, options: WithReasonOptions = {}): Taxonomy {
  const { id, under } = fieldsOf(options);
  listOf(fieldsOf(taxonomy, "taxonomy").reasons, "taxonomy.reasons");
  const entry = "reason" in fieldsOf(reason, "reason") ? (reason as Topic).reason : (reason as Reason);
  const added = id === undefined ? entry : { ...entry, id };
  if (under === undefined) return { ...taxonomy, reasons: [...taxonomy.reasons, added] };
  let found = false;
  const grown = (reasons: readonly Reason[]): Reason[] =>
    reasons.map((own) => {
      if (own.id === under) {
        found = true;
        return { ...own, reasons: [...(own.reasons ?? []), added] };
      }
      return own.reasons === undefined ? own : { ...own, reasons: grown(own.reasons) };
    });
  const reasons = grown(taxonomy.reasons);
  if (!found) throw new HeedfulError("unknown-name", `no reason is called \`${under}\``, { path: "under" });
  return { ...taxonomy, reasons };
}

/** How reasons stand beside rows. */
export interface AttachOptions<N extends string = "reason"> {
  /** What the new column is called. */
  name?: N;
  /** `mentions`: a row stands once for each of its reasons; `main`: once, with its main reason. */
  count?: "mentions" | "main";
}

/**
 * A table with the reason of each row in a new column, to be scored by it with `score` of `heedful`. Rows without a reason stand
 * once, with `null`; rows with several stand several times, so that totals over reasons count them as often.
 *
 * @example
 * score(attach(rows, mapper.map(rows.map(({ comment }) => comment))), { rating: "score", by: "reason" });
 */
export function attach<T extends object, N extends string = "reason">(
  table: readonly T[],
  mappings: readonly Mapping[],
  options?: AttachOptions<N>,
): (T & { [name in N]: string | null })[];
export function attach(table: Responses, mappings: readonly Mapping[], options?: AttachOptions<string>): Responses;
export function attach(table: Columns, mappings: readonly Mapping[], options?: AttachOptions<string>): { [name: string]: unknown[] };
export function attach(
  table: readonly object[] | Columns | Responses,
  mappings: readonly Mapping[],
  options: AttachOptions<string> = {},
): unknown {
  const { name = "reason", count = "mentions" } = fieldsOf(options);
  if (count !== "mentions" && count !== "main") {
    throw new HeedfulError("invalid-argument", "responses count by `mentions` or `main`", { path: "count" });
  }
  if (typeof table !== "object" || table === null) {
    throw new HeedfulError("invalid-argument", "a table is a list of rows, an object of columns, or what a reader returned");
  }
  const gathered = (length: number) => gather(length, mappings, count);
  if (Array.isArray(table)) {
    const taken = table.some((row: object) => Object.hasOwn(row, name));
    if (taken) throw duplicate(name);
    return gathered(table.length).map(([row, reason]) => ({ ...table[row], [name]: reason }));
  }
  const { columns: held } = table as Partial<Responses>;
  const read = typeof held === "object" && !Array.isArray(held) && !ArrayBuffer.isView(held);
  const lists = (read ? held : table) as Columns;
  if (Object.hasOwn(lists, name)) throw duplicate(name);
  const rows = gathered(Object.values(lists)[0]?.length ?? 0);
  const columns: { [name: string]: unknown[] } = {};
  for (const [column, values] of Object.entries(lists)) columns[column] = rows.map(([row]) => values[row]);
  columns[name] = rows.map(([, reason]) => reason);
  return read ? { ...table, columns } : columns;
}

function duplicate(name: string): HeedfulError {
  return new HeedfulError("duplicate-column", "the column is there already", { path: name });
}

// Each row with each of its reasons.
function gather(length: number, mappings: readonly Mapping[], count: "mentions" | "main"): [number, string | null][] {
  const reasons: string[][] = Array.from({ length }, () => []);
  for (const { row, reason, main } of (listOf(mappings, "mappings") as readonly Mapping[]).map((one) => fieldsOf(one, "mappings"))) {
    const own = reasons[row];
    if (own === undefined) throw new HeedfulError("length-mismatch", `a mapping is of row ${row}, the table has ${length}`, { path: "mappings" });
    if (main || count === "mentions") own.push(reason);
  }
  return reasons.flatMap((own, row): [number, string | null][] => (own.length === 0 ? [[row, null]] : own.map((reason) => [row, reason])));
}
