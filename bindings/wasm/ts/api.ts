// What every entry point exports beside its own `init`.
import { engine } from "./engine.js";

export type { CompiledModule, ModuleSource } from "./source.js";

/** The version of the engine. */
export function version(): string {
  return engine().version();
}
