// Tables, reasons and options on their way into the module of `heedful/why`.
import { camel, decode, encode, snake } from "./json.js";
import { fieldsOf } from "./error.js";
import type { MetricLike } from "./metric.js";
import type { GroupOptions, Uncertainty } from "./score.js";
import { type Coded, lengthOf, reasonsOf, type WhyReasons } from "./row-reasons.js";
import { type Roles, split, type Table } from "./table.js";
import { call, pack } from "./why-engine.js";

/** Options that all analyses have. */
export interface Shared
  extends Omit<Roles, "comment">,
    Uncertainty,
    Pick<GroupOptions, "metric" | "invalid" | "missing" | "repeats" | "kind" | "pool" | "signals"> {}

// The options of a scoring; all others are those of the analysis.
const SCORING = new Set(["confidence", "interval", "invalid", "missing", "repeats", "kind", "pool", "signals"]);

/** A table as the module takes it: columns, roles, and reasons as names, ends and codes. @internal */
export type Side = [columns: unknown[], roles: string, ...Coded];

/** @internal */
export function sideOf(table: Table, options: object, names: readonly string[], reasons: WhyReasons | undefined): Side {
  const { roles } = split(options);
  const needed = roles.rating === undefined ? names : [roles.rating, ...names];
  const { columns, roles: played } = pack(table, roles, needed);
  // Reasons may be all that is asked for: something has to know how many rows there are.
  if (columns.length === 0) columns.push(["row", "bytes", new Uint8Array(lengthOf(table))]);
  return [columns, played, ...reasonsOf(table, reasons)];
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
  return camel(decode(call((module) => module.why(question, sides, document, earlier), undefined, options)));
}
