// Browsers and bundlers: the module is fetched from beside this file.
import { startWith } from "./core-module.js";
import type { ModuleSource } from "./source.js";

export * from "./core-api.js";

/** Starts the engine; call it once before anything else. Without `source` the module is fetched from the package. */
export function init(source?: ModuleSource): Promise<void> {
  return startWith(() => source ?? new URL("./core.wasm", import.meta.url));
}
