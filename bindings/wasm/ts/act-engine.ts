// The engine of `heedful/act`.
import { engine } from "./engine.js";
import start, * as glue from "./glue/act.js";
import { packer } from "./table.js";

export const { call, startWith, life } = engine("heedful/act", start, glue, [
  "after_hours",
  "again_after_days",
  "ask_gap_days",
  "at_least",
  "at_most",
  "business_days",
  "business_hours",
  "clear_certainty",
  "close_after_days",
  "cool_down_days",
  "done_when",
  "due_business_days",
  "due_business_hours",
  "due_days",
  "due_hours",
  "fallback_without_contact",
  "half_life_hours",
  "key_contact",
  "no_contact",
  "priority_otherwise",
  "value_tier",
]);
export const pack = packer(call);
