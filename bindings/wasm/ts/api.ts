// What every entry point exports beside its own `init`.
import { call } from "./engine.js";

export { HeedfulError, type ErrorCode } from "./error.js";
export type { CompiledModule, ModuleSource } from "./source.js";

/** The version of the engine. */
export function version(): string {
  return call((module) => module.version());
}
