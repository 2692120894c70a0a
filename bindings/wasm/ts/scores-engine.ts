// The engine of `heedful`.
import { engine } from "./engine.js";
import start, * as glue from "./glue/scores.js";
import { packer } from "./table.js";

export const { call, startWith } = engine("heedful", start, glue);
export const pack = packer(call);
