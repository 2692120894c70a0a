// The engine of `heedful/contact`.
import { engine } from "./engine.js";
import start, * as glue from "./glue/contact.js";
import { packer } from "./table.js";

export const { call, startWith } = engine("heedful/contact", start, glue);
export const pack = packer(call);
