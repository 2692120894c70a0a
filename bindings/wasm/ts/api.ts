// What the entry points of `heedful` export beside their own `init`.
import { call } from "./scores-engine.js";

export { compare, sampleSize, target } from "./compare.js";
export type { Attainment, Comparison, Sample, SampleOptions, SamplePlan, SampleSizeOptions, Target } from "./compare.js";
export { type ErrorCode, HeedfulError } from "./error.js";
export * from "./metric.js";
export { ces, contrast, csat, enps, league, nps, score, trend } from "./score.js";
export type {
  Attributes,
  ContrastOptions,
  ContrastRow,
  Design,
  Every,
  GroupOptions,
  Interval,
  IntervalMethod,
  LeagueOptions,
  LeagueRow,
  Score,
  ScoreOptions,
  ScoreRow,
  TrendOptions,
  TrendRow,
  Uncertainty,
  ValueOptions,
  Values,
} from "./score.js";
export type { CompiledModule, ModuleSource } from "./source.js";
export type { Cell, Columns, Responses, Roles, Rows, Table } from "./table.js";
export { Tally, type TallyOptions } from "./tally.js";
export { type TargetFit, weight, type WeightOptions, type Weights } from "./weight.js";

/** The version of the engine. */
export function version(): string {
  return call((module) => module.version());
}
