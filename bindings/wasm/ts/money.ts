// Browsers and bundlers: the module is fetched from beside this file.
import { startWith } from "./money-engine.js";
import type { ModuleSource } from "./source.js";

export * from "./money-api.js";

/** Starts the engine; call it once before anything else. Without `source` the module is fetched from the package. */
export function init(source?: ModuleSource): Promise<void> {
  return startWith(() => source ?? new URL("./money.wasm", import.meta.url));
}
