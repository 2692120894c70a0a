// Names that people do not expect, and what is no stored state.
import { equal } from "./cases.js";

/** Halves of surrogate pairs, emoji of several characters, combining marks, writing from right to left. */
export const ODD = [
  "\ud83d first half", "second half \ude00", "\ude00\ud83d", "👩‍👩‍👧‍👦", "👍🏽", "e\u0301a\u0308\u0323", "éạ̈", "\u202eשלום\u202c", "مرحبا",
  "a\u{10FFFD}b", "\u{10FFFD}\ue000", "x\u0000y",
];

/** Checks what `read` says of texts that are no state: an error with a code each time, and the module goes on. */
export function refusesOddJson(read, HeedfulError) {
  const said = [
    [undefined, "json"], ["", "json"], ["{", "json"], ["\ud83d", "json"], ["\ude00{}", "json"], ['"\ud83d"', "invalid-config"],
    ['"\\ud83d"', "invalid-config"], ['{"\ud83d": 1}', "invalid-config"], ['{"x": "\\uDE00", "y": "\\\\ud83d"}', "invalid-config"],
    [null, "invalid-argument"], [3, "invalid-argument"], [{}, "invalid-argument"], [[], "invalid-argument"], [Symbol("x"), "invalid-argument"],
    [new String("{}"), "invalid-argument"],
  ];
  for (const [text, code] of said) {
    let thrown;
    try {
      read(text);
    } catch (error) {
      thrown = error;
    }
    if (!(thrown instanceof HeedfulError)) throw thrown ?? new Error(`${JSON.stringify(text)} was read`);
    equal(thrown.code, code);
    if (code === "invalid-argument") equal(thrown.path, "json");
  }
}
