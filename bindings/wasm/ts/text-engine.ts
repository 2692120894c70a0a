// The engine of `heedful/text`.
import { engine } from "./engine.js";
import start, * as glue from "./glue/text.js";

export const { call, startWith, life } = engine("heedful/text", start, glue);
