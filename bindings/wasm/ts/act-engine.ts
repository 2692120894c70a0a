// The engine of `heedful/act`.
import { engine } from "./engine.js";
import start, * as glue from "./glue/act.js";
import { packer } from "./table.js";

export const { call, startWith, life } = engine("heedful/act", start, glue);
export const pack = packer(call);
