// Documents that name a time zone and live for years: the module gets its offsets, what is stored has its name.
import { HeedfulError } from "./error.js";
import { changeAfter, type HostZone, known } from "./zone.js";

/** The years that a zone is written out for; before and after them the offset is that at the edge. */
const [FROM, UNTIL] = [Date.UTC(2000) / 1000, Date.UTC(2070) / 1000];
/** Shorter than any stay of the database since 1970: that of Recife in October 2000, an hour less than a week. */
const STEP = 5 * 86400;

const zones = new Map<string, HostZone>();

/** A document in which the text of the field `field`, a zone, became its offsets; and the name. @internal */
export function withOffsets(json: string, field: string, path: string): [json: string, name: string | undefined] {
  let name: string | undefined;
  // Within a text the quotes would have a backslash before them: this is a field.
  const written = json.replace(new RegExp(`("${field}"\\s*:\\s*)("(?:[^"\\\\]|\\\\.)*")`), (all, start: string, text: string) => {
    const given = JSON.parse(text) as string;
    // UTC and offsets from it are known to the engine.
    if (/^([+-]|(utc|z)$)/i.test(given)) return all;
    name = given;
    return start + JSON.stringify(offsets(given, path));
  });
  return [written, name];
}

/** What the module wrote, with the zone by its name again. @internal */
export function withName(json: string, field: string, name: string | undefined): string {
  return name === undefined ? json : json.replace(new RegExp(`"${field}":\\{[^}]*\\}`), () => `"${field}":${JSON.stringify(name)}`);
}

function offsets(name: string, path: string): HostZone {
  let zone = zones.get(name);
  if (zone === undefined) {
    zone = listed(name, path);
    zones.set(name, zone);
  }
  return zone;
}

function listed(name: string, path: string): HostZone {
  const { offsetAt } = found(name, path);
  let offset = offsetAt(FROM);
  const zone: HostZone = { offset, transitions: [] };
  for (let at = FROM; at < UNTIL; at += STEP) {
    if (offsetAt(at + STEP) === offset) continue;
    const change = changeAfter(offsetAt, at, at + STEP);
    offset = offsetAt(change);
    zone.transitions.push([change, offset]);
  }
  return zone;
}

function found(name: string, path: string): { offsetAt: (seconds: number) => number } {
  try {
    return known(name);
  } catch (error) {
    if (!(error instanceof HeedfulError)) throw error;
    throw new HeedfulError(error.code, error.message, { path });
  }
}
