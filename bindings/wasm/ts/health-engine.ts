// The engine of `heedful/health`.
import { engine } from "./engine.js";
import start, * as glue from "./glue/health.js";

// Of a measure, a condition or points; by itself such a path is a column.
const below = ["at_least", "fresh_days", "half_life_days", "older_than_days", "standard_error"].map((name) => `(?<=\\.)${name}`);
const options = ["fanatic_share", "horizon_days", "non_negative", "sceptic_below"];

export const { call, startWith } = engine("heedful/health", start, glue, [...below, ...options]);
