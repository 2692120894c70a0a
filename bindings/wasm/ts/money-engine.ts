// The engine of `heedful/money`.
import { engine } from "./engine.js";
import start, * as glue from "./glue/money.js";

export const { call, startWith } = engine("heedful/money", start, glue);
