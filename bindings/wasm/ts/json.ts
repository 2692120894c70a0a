// How values cross into the module and back: as JSON, names in camelCase on this side and snake_case on that one. What
// comes back has its numbers beside it.

// A half of a surrogate pair is a legal part of a JavaScript text but of no text in the module. It travels as two
// private characters: a mark, and one that stands for the half. The mark itself travels as two as well.
const MARK = "\u{10FFFD}";
const PRIVATE = 0xe000 - 0xd800;
const MARKED = 0xe800;

/** A text for the module. @internal */
export function escapeText(text: string): string {
  return text.replace(/\p{Surrogate}|\u{10FFFD}/gu, (found) =>
    found === MARK ? MARK + String.fromCharCode(MARKED) : MARK + String.fromCharCode(found.charCodeAt(0) + PRIVATE),
  );
}

/** JSON for the module. @internal */
export function encode(value: unknown): string {
  const text = JSON.stringify(value);
  // `JSON.stringify` writes lone halves, and them alone, as \ud800 to \udfff; a backslash before it is written twice.
  if (!text.includes("\\ud") && !text.includes(MARK)) return text;
  const whole = text.replace(/\\(?:u(d[89a-f][0-9a-f]{2})|[^])/g, (found, half: string | undefined) =>
    half === undefined ? found : String.fromCharCode(parseInt(half, 16)),
  );
  return escapeText(whole);
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
    DATA.has(name) ? field : renamed(field, rename),
  ]);
  return Object.fromEntries(fields);
}
