// What the engine says of a document that went in with names in snake_case: with the names that its writer chose.
import { camelName, isData, snakeName } from "./json.js";

/** Path and message of an error about a document, in the document's own names. @internal */
export function asWritten(document: unknown, path: string, message: string): { path: string; message: string } {
  let value = document;
  let top = true;
  let last: string | undefined;
  const written = path.replace(/\[(\d+)\]|[^.[\]]+/g, (part, index: string | undefined) => {
    const fields = Object(value) as { [name: string]: unknown };
    const own = Object.hasOwn(fields, part) ? part : Object.keys(fields).find((name) => snakeName(name) === part);
    // What the document does not have is a field that was left out, or at the top a column that some field names.
    const isField = fields === value && !(top && JSON.stringify(document).includes(JSON.stringify(part)));
    last = index ?? own ?? (isField ? camelName(part) : part);
    value = isData(last) ? undefined : fields[last];
    top = false;
    return index === undefined ? last : part;
  });
  const [, fault, what] = /^(unknown|missing|duplicate) (field|variant) /.exec(message) ?? [];
  // A variant that is a text is a value: those are spelled alike in every language.
  if (what === undefined || (what === "variant" && typeof value === "string")) return { path: written, message };
  const known = message.replace(/`([^`]*)`/g, (_, name: string) => `\`${camelName(name)}\``);
  const refused = what === "field" ? last : Object.keys(Object(value) as object)[0];
  if (fault !== "unknown" || refused === undefined) return { path: written, message: known };
  return { path: written, message: known.replace(/`[^`]*`/, () => `\`${refused}\``) };
}
