// The engine of `heedful/why`.
import { engine } from "./engine.js";
import start, * as glue from "./glue/why.js";
import { packer } from "./table.js";

export const { call, startWith } = engine("heedful/why", start, glue);
export const pack = packer(call);
