// Node: the module is read from the file beside this one.
import { readFile } from "node:fs/promises";

import { startWith } from "./money-engine.js";
import type { ModuleSource } from "./source.js";

export * from "./money-api.js";

/** Starts the engine; call it once before anything else. Without `source` the module is read from the package. */
export function init(source?: ModuleSource): Promise<void> {
  return startWith(() => source ?? readFile(new URL("./money.wasm", import.meta.url)));
}
