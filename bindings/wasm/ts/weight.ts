// Weights: responses made to look like the population.
import { call, pack } from "./scores-engine.js";
import { camel, decode, encode, snakeName } from "./json.js";
import { type Cell, split, type Table } from "./table.js";

/** What is known of the population, and how closely it is followed. */
export interface WeightOptions {
  /**
   * For each column the share (or count) of each value; margins are adjusted in this order. Values are compared by
   * their text; `null` is for responses without a value.
   */
  targets?: { readonly [column: string]: { readonly [value: string]: number } };
  /** The share (or count) of each joint cell of several columns. */
  cells?: readonly { keys: { readonly [column: string]: Cell }; share: number }[];
  /** Responses without a value in a column that has targets: an error (default), or their weights are kept. */
  missing?: "error" | "keep";
  /** No weight is more than this many times the mean weight. */
  cap?: number;
  /** No weight is less than this many times the mean weight. */
  floor?: number;
  /** What the weights add up to; the number of responses where not given. */
  total?: number;
  /** How far a share may be from its target. */
  tolerance?: number;
  /** How often all margins are adjusted at most. */
  maxIterations?: number;
}

/** How one target was met. */
export interface TargetFit {
  columns: string[];
  keys: Cell[];
  n: number;
  /** Share by the weights before, the share that was wanted, and the share by the new weights. */
  before: number;
  target: number;
  achieved: number;
}

/** Weights and what they cost. */
export interface Weights {
  /** One weight for each response. */
  weights: number[];
  iterations: number;
  /** Every target and how it was met, in the order given. */
  targets: TargetFit[];
  /** The greatest distance of an achieved share from its target. */
  residual: number;
  /** Kish's effective number of responses and design effect. */
  effectiveN: number;
  designEffect: number;
  [diagnostic: string]: unknown;
}

/**
 * Weights responses to what is known of the population: raking over several margins, post-stratification over cells.
 * Design weights come from the column in the role `weight`.
 *
 * @example
 * const { weights } = weight(rows, { targets: { region: { EU: 0.5, US: 0.5 } } });
 * score(rows.map((row, i) => ({ ...row, w: weights[i] })), { rating: "score", weight: "w" });
 */
export function weight(table: Table, options: WeightOptions & { weight?: string }): Weights {
  const { roles, rest } = split(options);
  const { columns, roles: json } = pack(table, roles, weightingColumns(rest));
  const answer = call((module) => module.weight(columns, json, encode(snakeWeighting(rest))));
  const { targets, ...weights } = decode(answer) as { targets: unknown };
  return { ...(camel(weights) as object), targets } as Weights;
}

/** The columns that a weighting looks at. @internal */
export function weightingColumns(weighting: WeightOptions | undefined): string[] {
  const cells = weighting?.cells?.[0]?.keys ?? {};
  return [...Object.keys(weighting?.targets ?? {}), ...Object.keys(cells)];
}

/** Option names for the engine; targets and cells hold the user's names and stay. @internal */
export function snakeWeighting(weighting: WeightOptions): object {
  return Object.fromEntries(Object.entries(weighting).map(([name, value]) => [snakeName(name), value as unknown]));
}
