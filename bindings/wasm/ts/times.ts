// Times as options have them.
import { HeedfulError } from "./error.js";
import { decode, escapeText } from "./json.js";
import type { CallTimes } from "./table.js";

/** A time: a `Date`, milliseconds since 1970, or a text as in ISO 8601, which is in UTC where it has no offset. */
export type TimeLike = Date | number | string;

/** The milliseconds of a time. @internal */
export function millis(time: unknown, path: string, call: CallTimes): number {
  let at = time instanceof Date ? time.getTime() : time;
  if (typeof time === "string") {
    at = (decode(call((module) => module.read_times([escapeText(time)], undefined), path)) as { at: number[] }).at[0];
  }
  if (typeof at === "number" && Math.abs(at) <= 8.64e15) return at;
  throw new HeedfulError("invalid-argument", "a time is a Date, milliseconds since 1970 or a text", { path });
}
