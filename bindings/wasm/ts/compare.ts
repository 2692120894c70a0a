// Differences, targets and the size of samples.
import { call } from "./scores-engine.js";
import { fieldsOf } from "./error.js";
import { camel, decode, encode } from "./json.js";
import type { MetricLike } from "./metric.js";
import type { Interval, IntervalMethod, Score, Uncertainty, ValueOptions, Values } from "./score.js";
import type { Table } from "./table.js";
import { Tally, tallied, type TallyOptions } from "./tally.js";

/** What is compared: values, a table, or a tally. */
export type Sample = Values | Table | Tally;

/** Options of {@link compare} and {@link target}. */
export type SampleOptions = Omit<ValueOptions, "weights"> & TallyOptions;

/** The difference between two scores of one metric. */
export interface Comparison {
  metric: string;
  /** `after` less `before`, in the metric's points. */
  difference: number | null;
  standardError: number | null;
  interval: Interval | null;
  /** Two-sided; it belongs to the interval. */
  pValue: number | null;
  method: IntervalMethod;
  before: Score;
  after: Score;
}

/** A score to reach. */
export interface Target extends Uncertainty {
  value: number;
  /** A name makes it a benchmark. */
  name?: string;
  /** From which probability on it is likely that the target is reached; 0.8 where not given. */
  likely?: number;
}

/** A score against a target. */
export interface Attainment {
  name: string | null;
  /** Points beyond the target on its good side; negative where they are lacking. */
  distance: number | null;
  /** How sure it is that the target is reached, 0 to 1. */
  probability: number | null;
  status: "reached" | "likely" | "open" | "missed";
  test: {
    metric: string;
    target: number;
    difference: number | null;
    standardError: number | null;
    interval: Interval | null;
    pValue: number | null;
    method: IntervalMethod;
    score: Score;
  };
}

/** Options of {@link sampleSize}: exactly one of `margin`, `difference` and `n`. */
export interface SampleSizeOptions {
  /** The metric; `nps` where not given. */
  metric?: MetricLike;
  /** Half the width of the interval that is wanted, in the metric's points. */
  margin?: number;
  /** The difference between two groups that is to be found, in points. */
  difference?: number;
  /** A number of responses, to learn what it can show. */
  n?: number;
  confidence?: number;
  /** Chance of finding the difference; 0.8 where not given. */
  power?: number;
  /** Expected shares by band, or one for each point; without, the worst case is assumed. */
  shares?: { readonly [band: string]: number } | readonly number[];
  /** Earlier responses, instead of shares. */
  pilot?: Tally;
  /** Size of the population, where it is small. */
  population?: number;
}

/** The answer of {@link sampleSize}, with what it assumes. */
export interface SamplePlan {
  metric: string;
  /** Rated responses: in all for a margin, in each of two groups for a difference. */
  n: number;
  margin: number | null;
  difference: number | null;
  confidence: number;
  power: number | null;
  /** Variance of one response that was assumed, in points squared. */
  variance: number;
  assumption: "worst_case" | "shares" | "pilot";
  designEffect: number | null;
  population: number | null;
}

/**
 * The difference between two scores of one metric, taken from different people (or far enough apart).
 *
 * @example
 * compare(before, after, { metric: "nps" }); // { difference: 12, interval: {…}, pValue: 0.03, method: "score", … }
 */
export function compare(before: Sample, after: Sample, options: SampleOptions = {}): Comparison {
  const { metric = "nps", confidence, interval } = fieldsOf(options);
  const [one, other] = [stored(before, metric, options), stored(after, metric, options)];
  const uncertainty = encode({ confidence, interval });
  return camel(decode(call((module) => module.compare(one, other, encode(metric), uncertainty)))) as Comparison;
}

/**
 * Where a score stands against a target or a benchmark.
 *
 * @example
 * target(ratings, 40, { metric: "nps" }).status; // "reached", "likely", "open" or "missed"
 */
export function target(data: Sample, goal: number | Target, options: SampleOptions = {}): Attainment {
  const { metric = "nps", confidence, interval } = fieldsOf(options);
  const document = encode({ confidence, interval, ...(typeof goal === "number" ? { value: goal } : goal) });
  const tally = stored(data, metric, options);
  return camel(decode(call((module) => module.assess(tally, encode(metric), document)))) as Attainment;
}

/**
 * How many responses are needed, or what a number of responses can show.
 *
 * @example
 * sampleSize({ metric: "nps", margin: 5 }).n; // 1537, in the worst case
 * sampleSize({ metric: "nps", margin: 5, shares: { promoter: 0.5, detractor: 0.2 } }).n; // 938
 */
export function sampleSize(options: SampleSizeOptions): SamplePlan {
  const { metric = "nps", pilot, ...rest } = fieldsOf(options);
  // A stored tally is JSON already.
  const document = { ...rest, metric, pilot: pilot && (JSON.parse(Tally.toJson(pilot)) as unknown) };
  return camel(decode(call((module) => module.sample_size(encode(document))))) as SamplePlan;
}

function stored(sample: Sample, metric: MetricLike, options: SampleOptions): string {
  if (isTally(sample)) return Tally.toJson(sample);
  // How uncertainty is stated says the comparison, not the tally.
  const { confidence, interval, ...rest } = fieldsOf(options);
  return Tally.toJson(tallied(sample, metric, rest));
}

function isTally(sample: Sample): sample is Tally {
  return typeof sample === "object" && sample !== null && "version" in sample && "scale" in sample && Array.isArray((sample as Tally).counts);
}
