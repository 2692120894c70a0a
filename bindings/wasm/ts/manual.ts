// Everything else (workers, single-file pages, other bundlers): the caller brings the module.
import { startWith } from "./scores-module.js";
import type { ModuleSource } from "./source.js";

export * from "./api.js";

/** Starts the engine from `source`; call it once before anything else. */
export function init(source: ModuleSource): Promise<void> {
  return startWith(() => source);
}
