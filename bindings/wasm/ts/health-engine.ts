// The engine of `heedful/health`.
import { engine } from "./engine.js";
import start, * as glue from "./glue/health.js";

export const { call, startWith } = engine("heedful/health", start, glue);
