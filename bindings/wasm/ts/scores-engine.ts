// The engine of `heedful`.
import { engine } from "./engine.js";
import { timesBy } from "./table.js";
import start, * as glue from "./glue/scores.js";

export const { call, startWith } = engine("heedful", start, glue);

timesBy((texts, format, name) => call((module) => module.read_times(texts, format), name));
