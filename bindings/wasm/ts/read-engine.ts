// The engine of `heedful/read`.
import { type Functions, line } from "./engine.js";
import type * as glue from "./glue/read.js";
import { packer } from "./table.js";

export const { call, connect, started } = line<Functions<typeof glue>>("heedful/read");
export const pack = packer(call);
