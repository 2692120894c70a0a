// The module of `heedful/read` alone.
import { engine, type Engine } from "./engine.js";
import start, * as glue from "./glue/read.js";
import { connect, started } from "./read-engine.js";

const own = engine("heedful/read", start, glue);

/** Starts it, unless the entry is at work on the module of `heedful/core`. @internal */
export const startWith: Engine<typeof glue>["startWith"] = async (source) => {
  if (started()) return;
  connect(own);
  await own.startWith(source);
};
