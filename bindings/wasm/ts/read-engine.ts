// The engine of `heedful/read`.
import { engine } from "./engine.js";
import start, * as glue from "./glue/read.js";
import { packer } from "./table.js";

export const { call, startWith } = engine("heedful/read", start, glue);
export const pack = packer(call);
