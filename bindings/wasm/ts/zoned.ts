// As `heedful`, by the module that brings the time-zone database along.
import { startWith } from "./scores-module.js";
import type { ModuleSource } from "./source.js";

export * from "./api.js";

/** Starts the engine; call it once before anything else. Without `source` the module is fetched from the package. */
export function init(source?: ModuleSource): Promise<void> {
  return startWith(() => source ?? new URL("./zoned.wasm", import.meta.url));
}
