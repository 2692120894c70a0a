// The engine of `heedful/survey`.
import { engine } from "./engine.js";
import start, * as glue from "./glue/survey.js";

export const { call, startWith } = engine("heedful/survey", start, glue);
