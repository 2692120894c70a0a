// The engine of `heedful/text`.
import { type Functions, line } from "./engine.js";
import type * as glue from "./glue/text.js";

export const { call, life, connect, started } = line<Functions<typeof glue>>("heedful/text");
