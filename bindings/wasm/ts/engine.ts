// The one WebAssembly instance behind every entry point.
import start, * as glue from "./glue/heedful.js";
import type { ModuleSource } from "./source.js";

let starting: Promise<void> | undefined;
let ready = false;

/** Starts the engine once; later calls wait for the first one. A start that failed can be tried again. @internal */
export function startWith(source: () => Promise<ModuleSource | URL> | ModuleSource | URL): Promise<void> {
  starting ??= (async () => {
    await start({ module_or_path: (await source()) as BufferSource | WebAssembly.Module | URL });
    ready = true;
  })().catch((error: unknown) => {
    starting = undefined;
    throw error;
  });
  return starting;
}

/** The started engine. @internal */
export function engine(): typeof glue {
  if (!ready) throw new Error("the engine has not started: `await init()` first");
  return glue;
}
