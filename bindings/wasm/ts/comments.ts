// Comments, labels and options on their way into the module.
import { fieldsOf, HeedfulError } from "./error.js";
import { encode, escapeText, snakeName } from "./json.js";

/** Comments in order; `null`, `undefined` and the empty text are responses without one. */
export type Texts = readonly (string | null | undefined)[];

/** The reasons of each comment: one id, several, none of them (an empty list), or not known. */
export type Labels = readonly (string | readonly string[] | null | undefined)[];

/** The ISO 639-1 code of a language; `und` where it is not known. */
export type Language =
  | "ar" | "zh" | "da" | "nl" | "en" | "fi" | "fr" | "de" | "el" | "hu" | "it" | "ja" | "no" | "pt" | "ro" | "ru"
  | "es" | "sv" | "ta" | "th" | "tr" | "und" | (string & {});

/**
 * A list of texts. They are not escaped: a half of a surrogate pair becomes U+FFFD on the way, which is as long, so
 * that positions hold.
 * @internal
 */
export function textsOf(texts: Texts, path = "comments"): (string | null)[] {
  return listOf(texts, path).map((text, row) => {
    if (text === null || text === undefined || text === "") return null;
    if (typeof text !== "string") throw new HeedfulError("column-type", "a value is no text", { path, row });
    return text;
  });
}

/** Ids are escaped: they come back as they were. @internal */
export function labelsOf(labels: Labels, path: string): (string[] | null)[] {
  return listOf(labels, path).map((label, row) => {
    if (label === null || label === undefined) return null;
    const ids: unknown[] = Array.isArray(label) ? label : [label];
    return ids.map((id) => {
      if (typeof id !== "string") throw new HeedfulError("column-type", "a value is no text", { path, row });
      return escapeText(id);
    });
  });
}

/** @internal */
export function listOf(list: unknown, path: string): unknown[] {
  if (!Array.isArray(list)) throw new HeedfulError("invalid-argument", "a list is needed", { path });
  return Array.from(list); // a hole is an `undefined`
}

/** The group of each comment. @internal */
export function groupsOf(by: unknown, comments: readonly unknown[]): unknown[] {
  const groups = listOf(by, "by");
  if (groups.length === comments.length) return groups;
  throw new HeedfulError("length-mismatch", `${groups.length} groups for ${comments.length} comments`, { path: "by" });
}

/** Options as the module takes them: names of ours in snake_case, what is below them as it is. @internal */
export function optionsOf(options: object): string {
  return encode(Object.fromEntries(Object.entries(fieldsOf(options)).map(([name, value]) => [snakeName(name), value as unknown])));
}

/** A whole number that is not negative. @internal */
export function whole(value: number, path: string): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new HeedfulError("invalid-argument", "a whole number of 0 or more is needed", { path });
}
