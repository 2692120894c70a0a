// Columns of tables without roles on their way into a module.
import { escapeText } from "./json.js";
import { open, packer, type Table, timesOf } from "./table.js";

const pack = packer();

/** The columns that are named, each once; those in `times` hold times, and so do all of Dates. @internal */
export function columnsOf(table: Table, names: readonly (string | undefined)[], times: readonly (string | undefined)[] = []): unknown[] {
  const source = open(table);
  return [...new Set(names.filter((name) => name !== undefined))].map((name) => {
    const values = source.column(name);
    if (times.includes(name) || Array.prototype.some.call(values, (value) => value instanceof Date)) {
      return [escapeText(name), "instants", timesOf(values, name, undefined, undefined).at];
    }
    return pack({ [name]: values }, {}, [name]).columns[0];
  });
}
