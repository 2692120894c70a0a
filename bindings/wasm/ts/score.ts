// Scores of values, by group and over time; contrasts and leagues.
import { call, pack, zoneOf } from "./scores-engine.js";
import { fieldsOf } from "./error.js";
import { camel, decode, encode, snake } from "./json.js";
import type { MetricLike, MetricName } from "./metric.js";
import { isValues, listed, packValues, type Packed, type Responses, rowsOf, type Roles, split, type Table } from "./table.js";
import { snakeWeighting, weightingColumns, type WeightOptions } from "./weight.js";

/** Plain ratings; missing are `null`, `undefined`, `NaN` and `""`. Texts read as the number they begin with. */
export type Values = ArrayLike<number | string | boolean | bigint | null | undefined>;

/** How an interval is made. */
export type IntervalMethod = "score" | "adjusted_wald" | "wald" | "t" | "bayes";

/** A period: weeks are those of ISO 8601, from Monday. */
export type Every = "day" | "week" | "month" | "quarter" | "year";

/** How uncertainty is stated. */
export interface Uncertainty {
  /** Share of samples whose interval holds the truth; 0.95 where not given. */
  confidence?: number;
  /** `score` for nets (Tango) and shares (Wilson), `t` for means where not given. */
  interval?: IntervalMethod;
}

/** Options of the score of plain values. */
export interface ValueOptions extends Uncertainty {
  /** One weight for each value, not negative. */
  weights?: ArrayLike<number>;
  /** What happens to a rating that is not on the scale: an error (default), or it is counted. */
  invalid?: "error" | "count";
  /** Words that stand for no rating in texts; `NA` and `N/A` where not given. Blank text always does. */
  missing?: readonly string[];
}

/** Options of scores by group. */
export interface GroupOptions extends Uncertainty, Roles {
  /** The metric; `nps` where not given. */
  metric?: MetricLike;
  /** Groups by the values of these columns. A missing value is a group of its own, last. */
  by?: string | readonly string[];
  /** Groups with fewer rated responses are hidden. */
  minimumN?: number;
  /** Hides further groups where a hidden one could be had by subtraction. */
  secondary?: boolean;
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
  /** How accounts with several contacts count; all but `none` need `account`. */
  clusters?: "none" | "robust" | "votes" | { value: string };
  /** How the sample was drawn and weighted, for standard errors as those of R's `survey`. */
  design?: Design;
  /** How times are written, in the letters of `strptime`, where they are texts and their own shape is not enough. */
  dateFormat?: string;
}

/** How a sample was drawn: names of columns. */
export interface Design {
  /** Strata that were drawn from apart. */
  strata?: string;
  /** Clusters that were drawn. */
  clusters?: string;
  /** How many clusters (or responses) a row's stratum has in the population. */
  fpc?: string;
  /** Weights the responses first. */
  weighting?: WeightOptions;
}

/** Options of {@link score} for a table. */
export interface ScoreOptions extends Omit<GroupOptions, "rating"> {
  /**
   * The column of the rating; needed unless the table knows it. An object scores several columns at once, each by the
   * metric it is named after: `{ nps: "q1", csat: "q2" }`.
   */
  rating?: string | { readonly [metric in MetricName]?: string };
}

/** Options of {@link trend}. */
export interface TrendOptions extends ScoreOptions {
  /** The period; `month` where not given. */
  every?: Every;
  /** The zone that decides in which period an instant falls, by its IANA name; `UTC` where not given. */
  timeZone?: string;
  /** Each row takes this many periods up to and including its own. */
  rolling?: number;
}

/** Options of {@link contrast}. */
export interface ContrastOptions extends TrendOptions {
  by: string | readonly string[];
  /** How p-values are adjusted for the number of groups; `benjamini_hochberg` where not given. */
  adjustment?: "benjamini_hochberg" | "benjamini_yekutieli" | "holm" | "hochberg" | "bonferroni";
}

/** Options of {@link league}. */
export interface LeagueOptions extends GroupOptions {
  by: string | readonly string[];
  /** Takes one estimate of the variance between groups as the truth; all that it may be is averaged over where not given. */
  between?: "paule_mandel" | "dersimonian_laird";
  /** How many pseudo-responses each group is given; 4 where not given. */
  smoothing?: number;
  /** How many groups are the top and the bottom; a tenth of them, at least 1, where not given. */
  k?: number;
  /** How many times the ranks are drawn. */
  draws?: number;
  /** The seed of the draws: the same seed, the same result. */
  seed?: number;
}

/** An interval in the metric's points. */
export interface Interval {
  lower: number;
  upper: number;
  confidence: number;
  method: IntervalMethod;
}

/** A score with its uncertainty and what it was made from. Numbers are unrounded; what is not known is `null`. */
export interface Score {
  /** Name of the metric. */
  metric: string;
  /** The score in the metric's points. */
  value: number | null;
  /** Rated responses. */
  n: number;
  /** Responses without a rating. */
  missing: number;
  /** Ratings within the range of the scale that are none of its points, or no numbers. */
  invalid: number;
  /** Ratings outside the range of the scale. */
  outOfRange: number;
  standardError: number | null;
  interval: Interval | null;
  /** Share of each band by its name, 0 to 1. */
  shares: { [band: string]: number | null };
  /** Responses for each point of the scale, never weighted. */
  counts: { [point: string]: number };
  /** Mean of the ratings. */
  mean: number | null;
  /** Kish's effective number of responses; `n` where nothing is weighted. */
  effectiveN: number;
  designEffect: number | null;
}

/** The columns of `by` in a row of a result, by the user's names. */
export interface Attributes {
  [column: string]: unknown;
}

/** A row of {@link score}: the columns of `by` under their own names, then these. */
export interface ScoreRow extends Attributes {
  metric: string;
  value: number | null;
  lower: number | null;
  upper: number | null;
  standardError: number | null;
  n: number | null;
  missing: number | null;
  invalid: number | null;
  outOfRange: number | null;
  mean: number | null;
  effectiveN: number | null;
  designEffect: number | null;
  /** Share of each band by its name, 0 to 1. */
  shares: { [band: string]: number | null };
  /** The group was too small to be shown: all its numbers are `null`. */
  suppressed: boolean;
}

/** A row of {@link trend}: after the columns of `by` the period, then as in {@link score}. */
export interface TrendRow extends ScoreRow {
  /** The first day of the period, `2024-03-01`; `null` for responses without a time, which come last. */
  period: string | null;
}

/** A row of {@link contrast}: the columns of `by` (and the period), then the group against the rest. */
export interface ContrastRow extends Attributes {
  metric: string;
  value: number | null;
  n: number | null;
  /** The score of all others, and how many they are. */
  rest: number | null;
  restN: number | null;
  /** Group less rest. */
  difference: number | null;
  lower: number | null;
  upper: number | null;
  standardError: number | null;
  pValue: number | null;
  /** Adjusted for how many groups were looked at. */
  pAdjusted: number | null;
  method: IntervalMethod | null;
  suppressed: boolean;
}

/** A row of {@link league}: the columns of `by`, then the group's place. */
export interface LeagueRow extends Attributes {
  metric: string;
  rank: number | null;
  /** The ends of the rank's interval. */
  rankLower: number | null;
  rankUpper: number | null;
  expectedRank: number | null;
  /** Probability of being among the top or bottom `k`. */
  pTop: number | null;
  pBottom: number | null;
  /** The score, shrunk towards the mean of all groups. */
  shrunk: number | null;
  shrunkLower: number | null;
  shrunkUpper: number | null;
  /** How much the group's own score counts, 0 to 1. */
  ownWeight: number | null;
  value: number | null;
  lower: number | null;
  upper: number | null;
  n: number | null;
  suppressed: boolean;
}

/**
 * Net promoter score of ratings from 0 to 10: share of 9 and 10 less share of 0 to 6, -100 to 100.
 *
 * @example
 * nps([10, 9, 8, null, 3]).value; // 25
 * nps([10, 9, 11, 3], { invalid: "count" }).outOfRange; // 1
 */
export function nps(values: Values, options: ValueOptions = {}): Score {
  return ofValues(values, "nps", options);
}

/** Employee net promoter score: as {@link nps}, under its own name. */
export function enps(values: Values, options: ValueOptions = {}): Score {
  return ofValues(values, "enps", options);
}

/**
 * Customer satisfaction: share of 4 and 5 among ratings from 1 to 5, 0 to 100.
 *
 * @example
 * csat([5, 4, 2, 1]).value; // 50
 */
export function csat(values: Values, options: ValueOptions = {}): Score {
  return ofValues(values, "csat", options);
}

/**
 * Customer effort score 2.0: mean of ratings from 1 to 7, 7 being the least effort.
 *
 * @example
 * ces([7, 6, 2]).value; // 5
 */
export function ces(values: Values, options: ValueOptions = {}): Score {
  return ofValues(values, "ces", options);
}

/**
 * The score of values, or the scores of a table by group.
 *
 * **Values** (a list of numbers, a typed array) give one {@link Score}. **A table** gives one row for each metric and
 * group, sorted by metric as asked for, then by group; one row for each metric without `by`.
 *
 * @example
 * score([1, 0, 1], { metric: "psat" }).n; // 3
 * score(rows, { rating: "score", metric: "nps", by: ["plan", "region"] });
 * // [{ plan: "free", region: "EU", metric: "nps", value: 12.5, lower: …, n: 48, … }, …]
 */
export function score(values: Values, options?: ValueOptions & { metric?: MetricLike }): Score;
export function score(table: Table, options: ScoreOptions): ScoreRow[];
export function score(table: Responses, options?: ScoreOptions): ScoreRow[];
export function score(
  data: Values | Table,
  options: (ValueOptions & { metric?: MetricLike }) | ScoreOptions = {},
): Score | ScoreRow[] {
  if (!("rating" in fieldsOf(options)) && !("by" in options) && isValues(data)) {
    const { metric = "nps", ...rest } = options as ValueOptions & { metric?: MetricLike };
    return ofValues(data as Values, metric, rest);
  }
  const { packed, scoring } = prepare(data, options);
  return rowsOf(call((module) => module.score_table(packed.columns, packed.roles, encode(scoring)))) as ScoreRow[];
}

/**
 * Scores by period, empty periods included, and by group where `by` says so. Options as for {@link score}, and `at`,
 * the column of the time.
 *
 * @example
 * trend(rows, { rating: "score", at: "created", every: "month", timeZone: "Europe/Copenhagen" });
 * // [{ period: "2024-01-01", metric: "nps", value: 31.2, … }, { period: "2024-02-01", … }, …]
 */
export function trend(table: Table, options: TrendOptions): TrendRow[] {
  const { packed, scoring } = prepare(table, { every: "month", ...options });
  return rowsOf(call((module) => module.score_table(packed.columns, packed.roles, encode(scoring)))) as TrendRow[];
}

/**
 * Which groups differ from the rest: each group against all others together, with p-values adjusted for their number.
 * Grouped by the column of the kind or the signal it shows how reviews and surveys differ; with `every`, a group is
 * compared with the others of the same period.
 *
 * @example
 * contrast(rows, { rating: "score", by: "store" }).filter((row) => row.pAdjusted !== null && row.pAdjusted < 0.05);
 */
export function contrast(table: Table, options: ContrastOptions): ContrastRow[] {
  const { adjustment, ...rest } = fieldsOf(options);
  const { packed, scoring } = prepare(table, rest);
  const document = encode({ scoring, adjustment });
  return rowsOf(call((module) => module.contrast(packed.columns, packed.roles, document))) as ContrastRow[];
}

/**
 * Ranks groups (agents, stores) fairly: scores are shrunk towards the mean of all groups by as much as chance moves
 * them, and every rank comes with its interval.
 *
 * @example
 * league(rows, { rating: "score", by: "agent" })[0]; // { agent: "Bob", rank: 1, rankLower: 1, rankUpper: 2, pTop: 0.9, … }
 */
export function league(table: Table, options: LeagueOptions): LeagueRow[] {
  const { between, smoothing, k, draws, seed, ...rest } = fieldsOf(options);
  const { packed, scoring } = prepare(table, rest);
  const document = encode({ scoring, between, smoothing, k, draws, seed });
  return rowsOf(call((module) => module.league(packed.columns, packed.roles, document))) as LeagueRow[];
}

/** One metric of values or of a table, and what of its options is about the columns. @internal */
export function prepareOne(data: unknown, metric: MetricLike, options: object): { packed: Packed; scoring: object } {
  if (!("rating" in fieldsOf(options)) && isValues(data)) {
    const { weights, metric: _, ...rest } = options as ValueOptions & { metric?: MetricLike };
    return { packed: packValues(data, weights), scoring: { metrics: [{ metric }], ...rest } };
  }
  return prepare(data, { ...options, metric });
}

/** A score that the module returned. @internal */
export function scoreOf(answer: unknown): Score {
  return camel(decode(answer)) as Score;
}

function ofValues(values: Values, metric: MetricLike, given: ValueOptions): Score {
  const { weights, ...options } = fieldsOf(given);
  const packed = packValues(values, weights);
  const scoring = encode({ metrics: [{ metric }], ...options });
  return scoreOf(call((module) => module.score_one(packed.columns, packed.roles, scoring)));
}

// The columns that a scoring needs, and its options as the engine takes them.
function prepare(data: unknown, given: object): { packed: Packed; scoring: Record<string, unknown> } {
  const { rating, ...others } = fieldsOf(given) as ScoreOptions & TrendOptions;
  const several = typeof rating === "object" && rating !== null;
  const { roles, rest } = split(several ? others : given);
  const { by, metric = "nps", timeZone, dateFormat, clusters, design, ...options } = rest as TrendOptions;
  const groups = listed(by, "by");
  const metrics = several
    ? Object.entries(rating).map(([name, column]) => ({ metric: name, rating: column }))
    : [{ metric, rating: roles.rating }];
  const { weighting, ...drawn } = design ?? {};
  const needed = [
    ...metrics.flatMap((of) => of.rating ?? []),
    ...groups,
    ...(typeof clusters === "object" && clusters !== null ? [clusters.value] : []),
    ...Object.values(drawn).filter((name) => typeof name === "string"),
    ...weightingColumns(weighting),
  ];
  const packed = pack(data, roles, needed, dateFormat);
  const scoring = snake({ ...options, by: groups }) as Record<string, unknown>;
  // What holds the user's own names and values goes as it is.
  Object.assign(scoring, { metrics, clusters, design: design && { ...drawn, weighting: weighting && snakeWeighting(weighting) } });
  if (timeZone !== undefined) scoring["time_zone"] = zoneOf(timeZone, packed.instants ?? new Float64Array());
  return { packed, scoring };
}
