// The engine of `heedful/money`.
import { engine } from "./engine.js";
import start, * as glue from "./glue/money.js";

export const { call, startWith } = engine("heedful/money", start, glue, [
  "at_risk",
  "behaviour_to_money",
  "delay_months",
  "do_not_contact",
  "driver_to_score",
  "failure_reasons",
  "loss_aversion",
  "minimum_units",
  "running_cost",
  "score_to_behaviour",
  "share_reasons",
]);
