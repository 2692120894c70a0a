// Browsers and bundlers: the module is fetched from beside this file.
import { startWith } from "./text-module.js";
import type { ModuleSource } from "./source.js";

export * from "./text-api.js";

/** Starts the engine; call it once before anything else. Without `source` the module is fetched from the package. */
export function init(source?: ModuleSource): Promise<void> {
  return startWith(() => source ?? new URL("./text.wasm", import.meta.url));
}
