// Metrics: a scale plus a declared rule.
import { call } from "./scores-engine.js";
import { decode, encode, encoded } from "./json.js";

/** The names of the metrics that are known; see {@link Metric.preset}. */
export type MetricName =
  | "nps"
  | "enps"
  | "csat"
  | "csat_mean"
  | "csat_rescaled"
  | "ces"
  | "ces_top"
  | "ces_net"
  | "ces_1"
  | "psat"
  | "psat_5"
  | "psat_7"
  | "stars"
  | "thumbs"
  | "smileys"
  | "pmf"
  | "acsi";

/** The names of the scales that are known. */
export type ScaleName =
  | "0-10"
  | "1-10"
  | "1-7"
  | "1-5"
  | "1-4"
  | "1-3"
  | "0-100"
  | "binary"
  | "thumbs"
  | "smileys"
  | "disappointment";

/** The points a respondent can choose: a name, or ascending points with optional labels. */
export type Scale = ScaleName | { points: number[]; labels?: (string | null)[] };

/** How points become a score; ranges include both ends. */
export type Rule =
  | { type: "net"; positive: [number, number]; negative: [number, number] }
  | { type: "top" | "bottom"; boxes: number }
  | { type: "mean" }
  | { type: "rescaled" };

/** A named range of points; both ends belong to it. */
export interface Band {
  name: string;
  from: number;
  to: number;
}

/** A scale plus a declared scoring rule, as data: it is the same JSON in every language. */
export interface Metric {
  name: string;
  scale: Scale;
  rule: Rule;
  /** Bands from the lowest to the highest. */
  bands: Band[];
  /** Whether a higher or a lower score is the good news. */
  better: "higher" | "lower";
}

/** A metric of your own: what is left out follows from the rule. */
export interface MetricDefinition {
  name?: string;
  scale: Scale;
  rule: Rule;
  bands?: Band[];
  better?: "higher" | "lower";
}

/** Wherever a metric is asked for: its name, or a definition. */
export type MetricLike = MetricName | MetricDefinition;

/**
 * Metrics by name and from JSON.
 *
 * @example
 * const csat = Metric.preset("csat"); // { name: "csat", scale: "1-5", rule: { type: "top", boxes: 2 }, … }
 * score([9, 10, 4], { metric: { ...csat, scale: "0-10" , bands: [{ name: "happy", from: 9, to: 10 }] } });
 */
export const Metric = {
  /** The full definition of a metric by its name. */
  preset(name: MetricName): Metric {
    return checked(name);
  },
  /** The names that `preset` knows. */
  presets(): MetricName[] {
    return decode(call((module) => module.metrics())) as MetricName[];
  },
  /** Checks a definition and fills in what follows from its rule. */
  of(definition: MetricLike): Metric {
    return checked(definition);
  },
  /** Reads a metric from JSON: a definition, or a name in quotes. */
  fromJson(json: string): Metric {
    return decode(call((module) => module.metric(encoded(json)))) as Metric;
  },
  /** The whole definition as JSON. */
  toJson(metric: MetricLike): string {
    return JSON.stringify(checked(metric));
  },
};

function checked(definition: MetricLike): Metric {
  return decode(call((module) => module.metric(encode(definition)))) as Metric;
}
