// Node: the module is read from the file beside this one.
import { readFile } from "node:fs/promises";

import { startWith } from "./read-module.js";
import type { ModuleSource } from "./source.js";

export * from "./read-api.js";

/** Starts the engine; call it once before anything else. Without `source` the module is read from the package. */
export function init(source?: ModuleSource): Promise<void> {
  return startWith(() => source ?? readFile(new URL("./read.wasm", import.meta.url)));
}
