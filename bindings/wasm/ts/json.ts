// How values cross into the module and back: as JSON, names in camelCase on this side and snake_case on that one. What
// comes back has its numbers beside it.
import { HeedfulError } from "./error.js";

// A half of a surrogate pair is a legal part of a JavaScript text but of no text in the module. It travels as two
// private characters: a mark, and one that stands for the half. The mark itself travels as two as well.
const MARK = "\u{10FFFD}";
const PRIVATE = 0xe000 - 0xd800;
const MARKED = 0xe800;

/** A text for the module. @internal */
export function escapeText(text: string, path = ""): string {
  if (typeof text !== "string") throw new HeedfulError("invalid-argument", "a text is needed", { path });
  return text.replace(/\p{Surrogate}|\u{10FFFD}/gu, (found) => (found === MARK ? MARK + String.fromCharCode(MARKED) : escapeHalf(found)));
}

function escapeHalf(half: string): string {
  return MARK + String.fromCharCode(half.charCodeAt(0) + PRIVATE);
}

// JSON without escapes of halves, which are a pair's where two stand side by side.
function unescaped(json: string): string {
  return json.replace(/\\(?:u(d[89a-f][0-9a-f]{2})|[^])/gi, (found, half: string | undefined) =>
    half === undefined ? found : String.fromCharCode(parseInt(half, 16)),
  );
}

/** JSON for the module. @internal */
export function encode(value: unknown): string {
  const text = written(value) ?? "null";
  // `JSON.stringify` writes lone halves, and them alone, as \ud800 to \udfff; a backslash before it is written twice.
  if (!text.includes("\\ud") && !text.includes(MARK)) return text;
  return escapeText(unescaped(text));
}

function written(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // Big integers, and what holds itself.
    throw new HeedfulError("invalid-argument", (error as Error).message);
  }
}

/** JSON that comes from outside, where it may have been written by the module or by `JSON.stringify`. @internal */
export function encoded(json: string, path = "json"): string {
  // What is no text would be read from anywhere in the module's memory.
  if (typeof json !== "string") throw new HeedfulError("invalid-argument", "JSON comes as a text", { path });
  return (/\\ud/i.test(json) ? unescaped(json) : json).replace(/\p{Surrogate}/gu, escapeHalf);
}

/** The value of JSON that {@link encode} wrote. @internal */
export function parse(text: string): unknown {
  if (!text.includes(MARK)) return JSON.parse(text);
  const mended = text.replace(/\u{10FFFD}([\ue000-\ue800])/gu, (_, sign: string) => {
    const code = sign.charCodeAt(0);
    return code === MARKED ? MARK : `\\u${(code - PRIVATE).toString(16)}`;
  });
  return JSON.parse(mended);
}

/** The value of what the module answers: JSON in which every number is a place in the list beside it. @internal */
export function decode(answer: unknown): unknown {
  const [text, numbers] = answer as [text: string, numbers: Float64Array];
  return placed(parse(text), numbers);
}

// The value was just parsed and is nobody else's: it is changed where it is.
function placed(value: unknown, numbers: Float64Array): unknown {
  if (typeof value === "number") return numbers[value];
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) value[i] = placed(value[i], numbers);
  } else if (typeof value === "object" && value !== null) {
    const fields = value as { [name: string]: unknown };
    for (const name of Object.keys(fields)) fields[name] = placed(fields[name], numbers);
  }
  return value;
}

/** `standard_error` as `standardError`. @internal */
export function camelName(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `timeZone` as `time_zone`. @internal */
export function snakeName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

// Fields that hold an object by names of the user (bands, points, columns, categories, tiers): their keys are data.
const DATA = new Set(["categories", "shares", "counts", "targets", "margins", "priority"]);

/** Whether a field of this name holds an object by names of the user. @internal */
export function isData(name: string): boolean {
  return DATA.has(name);
}

/** The same value with the engine's own names in camelCase. @internal */
export function camel(value: unknown): unknown {
  return renamed(value, camelName);
}

/** The same value with the engine's own names in snake_case. @internal */
export function snake(value: unknown): unknown {
  return renamed(value, snakeName);
}

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [
    rename(name),
    isData(name) ? field : renamed(field, rename),
  ]);
  return Object.fromEntries(fields);
}
