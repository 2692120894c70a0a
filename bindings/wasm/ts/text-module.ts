// The module of `heedful/text` alone.
import { engine, type Engine } from "./engine.js";
import start, * as glue from "./glue/text.js";
import { connect } from "./text-engine.js";

const own = engine("heedful/text", start, glue);

/** Starts it; it takes over from the module of `heedful/core`, which cannot learn. @internal */
export const startWith: Engine<typeof glue>["startWith"] = async (source) => {
  await own.startWith(source);
  connect(own);
};
