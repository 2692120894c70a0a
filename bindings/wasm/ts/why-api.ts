// What the entry points of `heedful/why` export beside their own `init`: drivers, changes and scans.
import type { WhyReasons } from "./row-reasons.js";
import { fieldsOf } from "./error.js";
import { ask, type Shared, sideOf } from "./why-table.js";
import type { Comparison } from "./compare.js";
import type { Interval, Score } from "./score.js";
import { type Cell, listed, type Table } from "./table.js";
import { call } from "./why-engine.js";

export { type ErrorCode, HeedfulError } from "./error.js";
export type { Comparison } from "./compare.js";
export * from "./journey.js";
export type { Interval, Score } from "./score.js";
export type { CompiledModule, ModuleSource } from "./source.js";
export type { Cell, Columns, Responses, Roles, Rows, Table } from "./table.js";
export type { ReasonOf, WhyReasons } from "./row-reasons.js";
export type { Shared } from "./why-table.js";

/** The version of the engine that explains. */
export function version(): string {
  return call((module) => module.version());
}

/** How p-values are corrected for how many were looked at. */
export type Adjustment = "benjamini_hochberg" | "benjamini_yekutieli" | "holm" | "hochberg" | "bonferroni";

/** Options of {@link drivers}. */
export interface DriverOptions extends Shared {
  /** What tells the reasons of each row. */
  reasons?: WhyReasons;
  /** Columns each of whose values is a candidate too. */
  attributes?: string | readonly string[];
  /** Rated responses that a candidate needs to be judged, on either side; 30 where not given. */
  minimumN?: number;
  /** The score that a response without any reason is taken to have, where fewer than `minimumN` are without. */
  reference?: number;
  /** Bootstrap replicates; 1000 where not given, 0 for none. */
  replicates?: number;
  /** Pairs of orders that are sampled beyond 15 reasons; 500 where not given. */
  orders?: number;
  /** The seed of replicates and orders. */
  seed?: number;
  /** `benjamini_hochberg` where not given. */
  adjustment?: Adjustment;
}

/** A candidate with its impact, in points. What is not known is `null`. */
export interface Driver {
  source: "reason" | "attribute";
  /** The reason, or the column. */
  name: string;
  /** The attribute's value. */
  value: Cell;
  n: number;
  /** Of the rated responses, 0 to 1. */
  share: number | null;
  /** The score of the responses with it, and of those without. */
  with: number | null;
  without: number | null;
  /** The score of all less the score without. */
  impact: number | null;
  standardError: number | null;
  interval: Interval | null;
  /** Percentile interval of the replicates. */
  bootstrap: Interval | null;
  pValue: number | null;
  pAdjusted: number | null;
}

/** A reason's fair share of the distance from the reference. */
export interface Contribution {
  name: string;
  n: number;
  contribution: number;
  standardError: number | null;
  interval: Interval | null;
  bootstrap: Interval | null;
  /** From sampling orders, beyond 15 reasons. */
  samplingError: number | null;
  pValue: number | null;
  pAdjusted: number | null;
}

/** The drivers of a score. */
export interface DriverReport {
  /** The score of all. */
  score: Score;
  /** From the greatest impact to the least. */
  drivers: Driver[];
  /** With `reference` the rows add up to the score; `null` without reasons, or without a reference. */
  contributions: {
    reference: number;
    referenceN: number;
    declared: boolean;
    method: "exact" | "sampled";
    rows: Contribution[];
  } | null;
  adjustment: Adjustment;
}

/**
 * Which reasons and attributes move the score, and by how much, in points: leave-one-out impacts, and contributions
 * that share overlap out fairly (Shapley values) and add up.
 *
 * @example
 * drivers(rows, { rating: "score", reasons: "why", attributes: ["region"] }).drivers[0];
 * // { name: "price", impact: -12.1, interval: { lower: -13.9, … }, pAdjusted: 0.0001, … }
 */
export function drivers(table: Table, options: DriverOptions): DriverReport {
  const { reasons, attributes, ...rest } = fieldsOf(options);
  const names = listed(attributes, "attributes");
  return ask("drivers", [sideOf(table, rest, names, reasons)], rest, { attributes: names }) as DriverReport;
}

/** Options of {@link importance}. */
export interface ImportanceOptions extends Shared {
  /** Columns of numbers: ratings of steps. */
  columns?: string | readonly string[];
  reasons?: WhyReasons;
  /** `linear` where not given: the values; `logistic`: the highest band; `ordinal`: the bands. */
  model?: "linear" | "logistic" | "ordinal";
  replicates?: number;
  seed?: number;
}

/** How much measures explain. */
export interface ImportanceReport {
  model: "linear" | "logistic" | "ordinal";
  /** What all explain together, 0 to 1: the sum of the importances. */
  rSquared: number;
  n: number;
  /** Rated responses left out because a measure is missing. */
  incomplete: number;
  rows: {
    name: string;
    /** Shapley share of R² (LMG), 0 to 1. */
    importance: number;
    relative: number | null;
    interval: Interval | null;
    coefficient: number | null;
    standardError: number | null;
    pValue: number | null;
    /** Mean of the measure. */
    performance: number;
    quadrant: "concentrate" | "keep_up" | "low_priority" | "overdone";
  }[];
}

/** How much of the variation of the rating each of several measures explains, overlap shared out fairly. */
export function importance(table: Table, options: ImportanceOptions): ImportanceReport {
  const { reasons, columns, ...rest } = fieldsOf(options);
  const names = listed(columns, "columns");
  return ask("importance", [sideOf(table, rest, names, reasons)], rest, { columns: names }) as ImportanceReport;
}

/** Options of {@link reasonRoles} and {@link roleChanges}. */
export interface RoleOptions extends Shared {
  reasons: WhyReasons;
  adjustment?: Adjustment;
}

/** The part that a reason plays. */
export type ReasonRole = "must_have" | "delighter" | "selector" | "neither";

/** The share of a band that speaks of a reason. */
export interface BandShare {
  share: number | null;
  interval: Interval | null;
  count: number;
}

/** How much more often one end speaks of a reason than the middle, or how that changed. */
export interface Lift {
  difference: number;
  standardError: number;
  interval: Interval;
  pValue: number | null;
  pAdjusted: number | null;
}

/** The roles of reasons. */
export interface RoleReport {
  /** Names of the worst and the best band. */
  worst: string;
  best: string;
  rows: {
    reason: string;
    worst: BandShare;
    middle: BandShare;
    best: BandShare;
    detraction: Lift | null;
    promotion: Lift | null;
    role: ReasonRole;
  }[];
}

/** The part each reason plays, from who speaks of it. */
export function reasonRoles(table: Table, options: RoleOptions): RoleReport {
  const { reasons, ...rest } = fieldsOf(options);
  return ask("roles", [sideOf(table, rest, [], reasons)], rest) as RoleReport;
}

/** How one reason's role changed. */
export interface RoleChange {
  reason: string;
  before: ReasonRole;
  after: ReasonRole;
  detraction: Lift | null;
  promotion: Lift | null;
  shift: "steady" | "delight_erodes" | "delight_grows" | "failure_grows" | "failure_fades" | "becomes_moment_of_truth";
}

/** How the roles of reasons changed between two tables; `beforeReasons` where they are told otherwise in the first. */
export function roleChanges(before: Table, after: Table, options: RoleOptions & { beforeReasons?: WhyReasons }): RoleChange[] {
  const { reasons, beforeReasons = reasons, ...rest } = fieldsOf(options);
  const sides = [sideOf(before, rest, [], beforeReasons), sideOf(after, rest, [], reasons)];
  return ask("role_changes", sides, rest) as RoleChange[];
}

/** Options of {@link asymmetry}. */
export interface AsymmetryOptions extends Shared {
  /** What responses speak badly of. */
  failures: WhyReasons;
  /** What they speak well of. */
  delights: WhyReasons;
  /** Rated responses that each of the three groups needs; 30 where not given. */
  minimumN?: number;
  adjustment?: Adjustment;
}

/** What one reason costs and earns, in points. */
export interface AsymmetryRow {
  reason: string;
  cost: number | null;
  gain: number | null;
  failure: Comparison;
  delight: Comparison;
  /** Cost less gain. */
  asymmetry: number | null;
  standardError: number | null;
  interval: Interval | null;
  pValue: number | null;
  pAdjusted: number | null;
}

/** For each reason what a failure costs against what delight earns. Who speaks both badly and well of it is left out. */
export function asymmetry(table: Table, options: AsymmetryOptions): AsymmetryRow[] {
  const { failures, delights, ...rest } = fieldsOf(options);
  const sides = [sideOf(table, rest, [], failures), sideOf(table, rest, [], delights)];
  return (ask("asymmetry", sides, rest) as { rows: AsymmetryRow[] }).rows;
}

/** Options of {@link confounding}. */
export interface ConfoundingOptions extends Shared {
  reasons: WhyReasons;
  /** Columns that make the segments. */
  by: string | readonly string[];
  minimumN?: number;
}

/** A reason's effect overall and within segments. */
export interface Confounded {
  reason: string;
  /** With (`after`) against without (`before`), segments ignored. */
  crude: Comparison;
  /** The effect at equal segments, in points. */
  adjusted: number | null;
  adjustedStandardError: number | null;
  adjustedInterval: Interval | null;
  homogeneityPValue: number | null;
  /** The adjusted effect is against the crude one, and its interval leaves out 0. */
  simpson: boolean;
  segments: {
    keys: Cell[];
    with: number;
    without: number;
    effect: number | null;
    interval: Interval | null;
    reversed: boolean;
  }[];
}

/** The effect of each reason overall, at equal segments, and within each; reversals are flagged. */
export function confounding(table: Table, options: ConfoundingOptions): Confounded[] {
  const { reasons, by, ...rest } = fieldsOf(options);
  const names = listed(by, "by");
  return ask("confounding", [sideOf(table, rest, names, reasons)], rest, { by: names }) as Confounded[];
}

/** Options of {@link whatIf}. */
export interface WhatIfOptions extends Shared {
  /** The reasons that change. */
  change: string | readonly string[];
  /** How many times as often they are given: 0.5 halves them. */
  factor: number;
  reasons: WhyReasons;
  /** Columns within which responses are alike. */
  segments?: string | readonly string[];
  /** Rated responses that a segment needs as a model; 30 where not given. */
  minimumN?: number;
}

/** What a scenario does to the score. */
export interface WhatIfReport {
  score: number | null;
  newScore: number | null;
  interval: Interval | null;
  change: number | null;
  changeStandardError: number | null;
  changeInterval: Interval | null;
  affected: number;
  /** Segments whose model is that of all segments. */
  borrowed: number;
  by: string[];
  segments: {
    keys: Cell[];
    n: number;
    affected: number;
    score: number | null;
    newScore: number | null;
    contribution: number;
    borrowed: boolean;
  }[];
}

/**
 * What the score would be if some reasons were given `factor` times as often, under the assumption that those customers
 * come to answer as the rest of their segment do and nothing else changes.
 *
 * @example
 * whatIf(rows, { rating: "score", reasons: "why", change: "price", factor: 0.5 }).newScore;
 */
export function whatIf(table: Table, options: WhatIfOptions): WhatIfReport {
  const { reasons, change, factor, segments, ...rest } = fieldsOf(options);
  const names = listed(segments, "segments");
  const more = { reasons: listed(change, "change"), factor, segments: names };
  return ask("what_if", [sideOf(table, rest, names, reasons)], rest, more) as WhatIfReport;
}

/** Options of {@link explainChange}. */
export interface ChangeOptions extends Omit<DriverOptions, "attributes"> {
  /** Columns of segments from the coarse to the fine: region, then store. */
  by?: string | readonly string[];
  /** What tells the reasons of the earlier table, where it is something else. */
  beforeReasons?: WhyReasons;
}

/** One part of a difference, in points. */
export interface Effect {
  value: number;
  standardError: number | null;
  interval: Interval | null;
  pValue: number | null;
  pAdjusted: number | null;
}

/** Why a score moved. The mix and rate effects of the finest segments add up to the difference. */
export interface ChangeReport {
  comparison: Comparison;
  confidence: number;
  by: string[];
  segments: {
    keys: Cell[];
    finest: boolean;
    status: "continuing" | "new" | "vanished";
    nBefore: number;
    nAfter: number;
    shareBefore: number | null;
    shareAfter: number | null;
    before: number | null;
    after: number | null;
    mix: Effect;
    rate: Effect;
  }[];
  /** With the reference's effect the rows add up to the difference. */
  reasons: {
    referenceBefore: number;
    referenceAfter: number;
    declared: boolean;
    reference: Effect;
    rows: {
      reason: string;
      contributionBefore: number;
      contributionAfter: number;
      shareBefore: number;
      shareAfter: number;
      effect: Effect;
    }[];
  } | null;
  /** Who stayed, joined and left, where `customer` is named. */
  cohorts: {
    stayers: number;
    joiners: number;
    leavers: number;
    stayersBefore: number | null;
    stayersAfter: number | null;
    leaversBefore: number | null;
    joinersAfter: number | null;
    staying: Effect;
    joining: Effect;
    leaving: Effect;
    unidentified: number;
  } | null;
  warnings: ("unhappy_left" | "happy_left" | (string & {}))[];
  /** What happened in words. */
  sentences: string[];
}

/**
 * Why a score moved between two tables, in parts that add up to the difference, each with an interval.
 *
 * @example
 * explainChange(march, april, { rating: "score", by: ["region", "store"] }).sentences;
 */
export function explainChange(before: Table, after: Table, options: ChangeOptions): ChangeReport {
  const { reasons, beforeReasons = reasons, by, ...rest } = fieldsOf(options);
  const names = listed(by, "by");
  const sides = [sideOf(before, rest, names, beforeReasons), sideOf(after, rest, names, reasons)];
  return ask("change", sides, rest, { by: names }) as ChangeReport;
}

/** Options of {@link scan}. */
export interface ScanOptions extends Shared {
  /** The columns whose values make the segments. */
  attributes: string | readonly string[];
  /** An earlier table: segments that changed otherwise than all others are looked for. */
  before?: Table;
  /** Conditions that a segment has at most, 1 to 3; 2 where not given. */
  conditions?: 1 | 2 | 3;
  /** Rated responses that a segment needs; 50 where not given. */
  minimumN?: number;
  /** The share of false findings that is borne; 0.05 where not given. */
  level?: number;
}

/** What a scan found. */
export interface ScanReport {
  value: number | null;
  /** Segments that were large enough to be looked at. */
  lookedAt: number;
  significant: number;
  /** Pairs of attributes with too many pairs of values. */
  leftOut: [string, string][];
  findings: {
    conditions: { attribute: string; value: Cell }[];
    n: number;
    nBefore: number | null;
    value: number;
    rest: number;
    difference: number;
    interval: Interval | null;
    pValue: number;
    pAdjusted: number;
    /** The score (change) of all less that of all others. */
    impact: number;
  }[];
  /** The findings in words, the strongest first. */
  sentences: string[];
}

/** Segments of up to three conditions whose score stands out, or changed otherwise than that of all others. */
export function scan(table: Table, options: ScanOptions): ScanReport {
  const { attributes, before, ...rest } = fieldsOf(options);
  const names = listed(attributes, "attributes");
  const tables = before === undefined ? [table] : [before, table];
  return ask("scan", tables.map((one) => sideOf(one, rest, names, undefined)), rest, { attributes: names }) as ScanReport;
}
