// What every entry point exports beside its own `init`.
import { call } from "./engine.js";

export { HeedfulError, type ErrorCode } from "./error.js";
export * from "./metric.js";
export * from "./score.js";
export type { CompiledModule, ModuleSource } from "./source.js";
export type * from "./table.js";
export * from "./tally.js";

/** The version of the engine. */
export function version(): string {
  return call((module) => module.version());
}
