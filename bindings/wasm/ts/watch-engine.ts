// The engine of `heedful/watch`.
import { engine } from "./engine.js";
import start, * as glue from "./glue/watch.js";
import { packer } from "./table.js";

export const { call, startWith, life } = engine("heedful/watch", start, glue);
export const pack = packer(call);
