// Tables, reasons and options on their way into the module of `heedful/why`.
import { camel, decode, encode, snake } from "./json.js";
import type { MetricLike } from "./metric.js";
import type { Uncertainty } from "./score.js";
import { type Coded, lengthOf, reasonsOf, type WhyReasons } from "./row-reasons.js";
import { type Roles, split, type Table } from "./table.js";
import { call, pack } from "./why-engine.js";

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
  return camel(decode(call((module) => module.why(question, sides, document, earlier))));
}
