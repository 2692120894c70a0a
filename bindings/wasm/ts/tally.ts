// Tallies: mergeable counts from which every score is computed.
import { call } from "./scores-engine.js";
import { camel, decode, encode, encoded, snakeName } from "./json.js";
import type { MetricLike, Scale } from "./metric.js";
import { type GroupOptions, prepareOne, type Score, scoreOf, type Uncertainty, type ValueOptions, type Values } from "./score.js";
import type { Table } from "./table.js";

/**
 * How many responses chose each point of a scale: everything a score needs. A plain object; it merges with others of
 * its scale, and it is stored and read back by {@link Tally.toJson} and {@link Tally.fromJson}, in every language.
 */
export interface Tally {
  version: number;
  scale: Scale;
  /** Responses for each point, in the order of the scale. */
  counts: number[];
  missing: number;
  invalid: number;
  outOfRange: number;
  /** Sums of the weights and of their squares for each point, where responses were weighted. */
  weights?: { sums: number[]; squares: number[] };
}

/** What a tally is made of beside plain values. */
export type TallyOptions = Omit<GroupOptions, "by" | "minimumN" | "secondary" | "clusters" | "design" | "repeats">;

/**
 * Tallies: made, merged, scored and stored.
 *
 * @example
 * let total = Tally.create("0-10");
 * for (const batch of batches) total = Tally.observe(total, batch);
 * Tally.score(total, "nps").value;
 */
export const Tally = {
  /** An empty tally. */
  create(scale: Scale): Tally {
    return tallyOf(call((module) => module.tally_empty(encode(scale))));
  },
  /** The tally of values or of a table, by the scale of a metric. */
  of(data: Values | Table, options: (ValueOptions | TallyOptions) & { metric?: MetricLike } = {}): Tally {
    return tallied(data, options.metric ?? "nps", options);
  },
  /** The tally with more values counted; ratings that are not on the scale are counted apart. */
  observe(tally: Tally, values: Values, weights?: ArrayLike<number>): Tally {
    // Any rule does: a tally holds points, not scores.
    const metric: MetricLike = { scale: tally.scale, rule: { type: "mean" } };
    const options: ValueOptions = { invalid: "count", ...(weights && { weights }) };
    return Tally.merge(tally, tallied(values, metric, options));
  },
  /** Two tallies of one scale as one. */
  merge(one: Tally, other: Tally): Tally {
    const [first, second] = [Tally.toJson(one), Tally.toJson(other)];
    return tallyOf(call((module) => module.tally_merge(first, second)));
  },
  /** The score of a tally. */
  score(tally: Tally, metric: MetricLike, uncertainty: Uncertainty = {}): Score {
    const json = Tally.toJson(tally);
    return scoreOf(call((module) => module.tally_score(json, encode(metric), encode(uncertainty))));
  },
  /** The stored form, readable in every language and by every later version. */
  toJson(tally: Tally): string {
    return encode(Object.fromEntries(Object.entries(tally).map(([name, value]) => [snakeName(name), value as unknown])));
  },
  /** Reads a stored tally. */
  fromJson(json: string): Tally {
    return tallyOf(call((module) => module.tally_stored(encoded(json))));
  },
};

/** The tally of values or of a table. @internal */
export function tallied(data: unknown, metric: MetricLike, given: object): Tally {
  const { packed, scoring } = prepareOne(data, metric, given);
  return tallyOf(call((module) => module.tally_table(packed.columns, packed.roles, encode(scoring))));
}

function tallyOf(answer: unknown): Tally {
  const { scale, ...tally } = decode(answer) as { scale: unknown };
  return { ...(camel(tally) as object), scale } as Tally;
}
