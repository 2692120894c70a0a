// Types only, and written so that they hold without the DOM's and node's declarations.

/** A compiled `WebAssembly.Module`, in whichever environment declares that type. */
export type CompiledModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer M } } }
  ? M & object // the declared interface is empty: by itself it would take a text as well
  : never;

/** Where the WebAssembly module comes from: its bytes, or the module already compiled. */
export type ModuleSource = ArrayBuffer | Uint8Array | CompiledModule;
