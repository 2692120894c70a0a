// Journeys: stages and touchpoints as data, and what customers say along them.
import type { Comparison } from "./compare.js";
import { fieldsOf } from "./error.js";
import { camel, decode, encode } from "./json.js";
import type { Interval, Score } from "./score.js";
import { listed, type Table } from "./table.js";
import type { WhyReasons } from "./row-reasons.js";
import { ask, type Shared, type Side, sideOf } from "./why-table.js";
import { call } from "./why-engine.js";

/** A step where customer and company meet. */
export interface Touchpoint {
  name: string;
  /** Where it takes place: web, phone, shop. */
  channel?: string;
  /** Who answers for it. */
  owner?: string;
  /** What the customer wants from it. */
  outcome?: string;
  /** How much it matters, 0 to 10, as the company sees it. */
  importance?: number;
  /** The survey that asks about it. */
  survey?: string;
  /** Reasons that speak of it, beside its own name. */
  reasons?: readonly string[];
}

/** A journey: stages in order, each with its touchpoints in order. It is the same JSON in every language. */
export interface Journey {
  name: string;
  stages: readonly { name: string; touchpoints?: readonly Touchpoint[] }[];
}

/** One thing that is missing from a journey. */
export interface JourneyIssue {
  problem:
    | "empty_stage" | "important_without_survey" | "important_without_owner" | "important_without_outcome"
    | "important_without_responses" | "survey_without_responses" | "unknown_touchpoint" | (string & {});
  stage: string | null;
  touchpoint: string | null;
  sentence: string;
}

/** How responses attach to the touchpoints of a journey, and what counts. */
export interface JourneyOptions extends Shared {
  /** The column that names the touchpoint of a response. */
  touchpoint?: string;
  /** What comments speak of: touchpoints by name, or reasons that the journey gives to them. */
  reasons?: WhyReasons;
  /** The column of the strength of feeling: above 0 good, below 0 bad. */
  intensity?: string;
  /** Columns of numbers that are averaged at each step. */
  measures?: readonly string[];
  /** Responses that a touchpoint needs to be judged; 30 where not given. */
  minimumN?: number;
  adjustment?: "benjamini_hochberg" | "benjamini_yekutieli" | "holm" | "hochberg" | "bonferroni";
}

/** A mean with how sure it is. */
export interface Estimate {
  n: number;
  value: number;
  interval: Interval | null;
}

/** One side of what is felt at a touchpoint. */
export interface TouchpointFeeling {
  n: number;
  intensity: number;
  /** Frequency × intensity: where it lies on the impact map. */
  impact: number;
  interval: Interval | null;
}

/** What is known of a touchpoint. */
export interface TouchpointResult {
  stage: string;
  touchpoint: string;
  importance: number | null;
  n: number;
  /** Among all that belong to any touchpoint, 0 to 1. */
  frequency: number | null;
  score: Score | null;
  positive: TouchpointFeeling | null;
  negative: TouchpointFeeling | null;
  measures: { measure: string; mean: Estimate | null; correlation: number | null; pValue: number | null; pAdjusted: number | null }[];
}

/** A journey with what customers say along it. */
export interface JourneyReport {
  journey: string;
  attached: number;
  unattached: number;
  /** Touchpoints that responses name and the journey does not have. */
  unknown: string[];
  minimumN: number;
  touchpoints: TouchpointResult[];
  issues: JourneyIssue[];
}

/** What the way of each customer shows. */
export interface JourneyMoments {
  peakEnd: {
    n: number;
    predicted: Estimate;
    measured: Estimate;
    error: Estimate;
    correlation: number | null;
    correlationOfMean: number | null;
  } | null;
  makeOrBreak: {
    touchpoint: string;
    n: number;
    /** Relational score after a good outcome against that after a bad one. */
    swing: Comparison;
    pAdjusted: number | null;
    failure: number | null;
    delight: number | null;
    decides: boolean;
  }[];
  gaps: { touchpoint: string; reached: number; continued: number; stopped: number | null; interval: Interval | null }[];
}

/** What is different about a touchpoint in a later version. */
export type JourneyDifference =
  | { change: "added" | "removed"; touchpoint: string }
  | { change: "moved"; touchpoint: string; from: string; to: string }
  | { change: "redefined"; touchpoint: string; fields: string[] };

/** Checks a journey and says what is missing from it, in its order. */
export function lintJourney(journey: Journey): JourneyIssue[] {
  const checked = decode(call((module) => module.why("journey", [], encode(journey), ""))) as { issues: unknown };
  return camel(checked.issues) as JourneyIssue[];
}

/** What is declared otherwise than in an earlier version. */
export function journeyDifferences(journey: Journey, earlier: Journey): JourneyDifference[] {
  return decode(call((module) => module.why("journey_differences", [], encode(journey), encode(earlier)))) as JourneyDifference[];
}

/**
 * What responses say at each touchpoint: ratings, feelings (good and bad apart) and measures.
 *
 * @example
 * walkJourney(stay, rows, { rating: "score", touchpoint: "step", intensity: "feeling" }).touchpoints;
 */
export function walkJourney(journey: Journey, table: Table, options: JourneyOptions): JourneyReport {
  return asked("journey_run", journey, [side(table, options)], options) as JourneyReport;
}

/**
 * Peaks and ends, moments that make or break, and gaps where customers stop. `relational` has a rating of the relation for
 * each customer; both tables name them by `customer`.
 */
export function journeyMoments(journey: Journey, table: Table, relational: Table, options: JourneyOptions): JourneyMoments {
  const { reasons: _, touchpoint: __, intensity: ___, measures: ____, ...rest } = fieldsOf(options);
  const sides = [side(table, options), sideOf(relational, rest, [], undefined)];
  return asked("journey_moments", journey, sides, options) as JourneyMoments;
}

/** How customers see each step against how the company does, by the same options: customers less company. */
export function journeyViews(
  journey: Journey,
  customers: Table,
  company: Table,
  options: JourneyOptions & { companyReasons?: WhyReasons },
): { touchpoint: string; gap: Comparison; pAdjusted: number | null }[] {
  const { companyReasons, ...rest } = fieldsOf(options);
  const sides = [side(customers, rest), side(company, rest, companyReasons)];
  return asked("journey_views", journey, sides, rest) as ReturnType<typeof journeyViews>;
}

/** A journey with the later table against an earlier version of it with the earlier table. */
export function compareJourneys(
  earlier: Journey,
  journey: Journey,
  before: Table,
  after: Table,
  options: JourneyOptions & { beforeReasons?: WhyReasons },
): { differences: JourneyDifference[]; steps: { touchpoint: string; comparison: Comparison; pAdjusted: number | null }[] } {
  const { beforeReasons, ...rest } = fieldsOf(options);
  const sides = [side(before, rest, beforeReasons), side(after, rest)];
  return asked("journey_compare", journey, sides, rest, encode(earlier)) as ReturnType<typeof compareJourneys>;
}

function side(table: Table, options: JourneyOptions, told?: WhyReasons): Side {
  const { reasons, touchpoint, intensity, measures = [], ...rest } = fieldsOf(options);
  return sideOf(table, rest, [touchpoint, intensity, ...listed(measures, "measures")].filter((name) => name !== undefined), told ?? reasons);
}

function asked(question: string, journey: Journey, sides: Side[], options: JourneyOptions, earlier = ""): unknown {
  const { reasons: _, touchpoint, intensity, measures, ...rest } = options;
  return ask(question, sides, rest, { journey, touchpoint, intensity, measures }, earlier);
}
