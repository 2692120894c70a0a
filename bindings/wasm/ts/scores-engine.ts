// The engine of `heedful`.
import { engine } from "./engine.js";
import start, * as glue from "./glue/scores.js";

export const { call, startWith } = engine("heedful", start, glue);
