// The engine of `heedful/text`.
import { type Engine, engine } from "./engine.js";
import { HeedfulError } from "./error.js";
import start, * as glue from "./glue/text.js";

const { call: ask, startWith } = engine("heedful/text", start, glue);
let lives = 0;

/** Which instance of the module is at work: what was prepared in another one is lost. @internal */
export const life = (): number => lives;

/** As that of every engine; counts the instances. @internal */
export const call: Engine<typeof glue>["call"] = (run, path) => {
  try {
    return ask(run, path);
  } catch (error) {
    if (error instanceof HeedfulError && error.code === "internal") lives += 1;
    throw error;
  }
};

export { startWith };
