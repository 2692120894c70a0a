// What the entry points of `heedful/core` export beside their own `init`: scores, files and comments.
import { call } from "./core-module.js";

export * from "./api.js";
export * from "./read-api.js";
export * from "./text-api.js";

/** The version of the engine. */
export function version(): string {
  return call((module) => module.version());
}
