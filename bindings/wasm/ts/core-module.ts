// The module of `heedful/core`: what scores, files and the reading of comments need, once. The entries of each work on it
// as well.
import { engine, type Engine, type Functions } from "./engine.js";
import { HeedfulError } from "./error.js";
import start, * as glue from "./glue/core.js";
import type * as text from "./glue/text.js";
import * as read from "./read-engine.js";
import * as scores from "./scores-engine.js";
import * as comments from "./text-engine.js";

const core = engine("heedful/core", start, glue);

// What learns is in the module of `heedful/text` alone.
type Text = Functions<typeof text>;
type Learned = { [Name in Exclude<keyof Text, keyof typeof glue>]: () => never };
const learned: Learned = {
  agreement: later,
  bands: later,
  cross_validate_sentiment: later,
  discover: later,
  evaluate: later,
  keywords: later,
  split: later,
  tokens: later,
};
const taught: Exclude<keyof text.Mapper, keyof glue.Mapper>[] = ["curve", "disagreements", "discover", "fit", "lint", "suggest"];
for (const method of taught) Object.defineProperty(glue.Mapper.prototype, method, { value: later });
Object.defineProperty(glue.SentimentModel, "fit", { value: later });

function later(): never {
  throw new HeedfulError("invalid-argument", 'this is not in the module of "heedful/core": `await init()` of "heedful/text" as well');
}

const all = { ...glue, ...learned } as unknown as Text;
const texts: Engine<Text> = { ...core, call: (run, path) => core.call(() => run(all), path) };

export const { call } = core;

/** Starts it; an entry that is at work on a module of its own stays there. @internal */
export const startWith: Engine<typeof glue>["startWith"] = async (source) => {
  await core.startWith(source);
  if (!scores.started()) scores.connect(core);
  if (!read.started()) read.connect(core);
  if (!comments.started()) comments.connect(texts);
};
