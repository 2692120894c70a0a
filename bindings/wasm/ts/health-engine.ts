// The engine of `heedful/health`.
import { engine } from "./engine.js";
import start, * as glue from "./glue/health.js";

export const { call, startWith } = engine("heedful/health", start, glue, [
  "at_least",
  "fanatic_share",
  "fresh_days",
  "half_life_days",
  "horizon_days",
  "non_negative",
  "older_than_days",
  "sceptic_below",
]);
