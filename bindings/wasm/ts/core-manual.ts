// Everything else (workers, single-file pages, other bundlers): the caller brings the module.
import { startWith } from "./core-module.js";
import type { ModuleSource } from "./source.js";

export * from "./core-api.js";

/** Starts the engine from `source`; call it once before anything else. */
export function init(source: ModuleSource): Promise<void> {
  return startWith(() => source);
}
