// The one WebAssembly instance behind every entry point.
import start, * as glue from "./glue/heedful.js";

/** A compiled `WebAssembly.Module`, in whichever environment declares that type. */
export type CompiledModule = typeof globalThis extends {
  WebAssembly: { Module: { prototype: infer M extends object } };
}
  ? M
  : never;

/** Where the WebAssembly module comes from: its bytes, or the module already compiled. */
export type ModuleSource = ArrayBuffer | Uint8Array | CompiledModule;

let starting: Promise<void> | undefined;
let ready = false;

/** Starts the engine once; later calls wait for the first one. A start that failed can be tried again. */
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

/** The started engine. */
export function engine(): typeof glue {
  if (!ready) throw new Error("the engine has not started: `await init()` first");
  return glue;
}
