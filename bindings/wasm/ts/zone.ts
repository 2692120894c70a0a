// Time zones as the host's Intl knows them: offsets from UTC, and the seconds at which they change.
import { HeedfulError } from "./error.js";

/** A zone as the engine takes it from a host. @internal */
export interface HostZone {
  offset: number;
  transitions: [number, number][];
}

const WEEK = 7 * 86400;

/** What is known of a zone, kept between calls: for each week with data its first offset and its changes. @internal */
export interface Known {
  offsetAt: (seconds: number) => number;
  weeks: Map<number, { first: number; changes: [number, number][] }>;
}

const zones = new Map<string, Known>();
/** Weeks that are remembered of one zone: a century. */
const MOST_WEEKS = 5300;

/**
 * The zone for instants in milliseconds (NaN is none). Only the weeks that hold one of them are looked at, so a stray
 * date in the year 9999 costs nothing. In between the table is right at every instant given and says nothing else.
 * @internal
 */
export function hostZone(name: unknown, instants: Float64Array): HostZone | "UTC" {
  if (typeof name !== "string") throw new HeedfulError("invalid-argument", "a time zone is a name", { path: "timeZone" });
  if (/^utc$/i.test(name)) return "UTC";
  const zone = known(name);
  const indices = new Set<number>();
  for (const at of instants) if (!Number.isNaN(at)) indices.add(Math.floor(at / 1000 / WEEK));
  const weeks = [...indices].sort((a, b) => a - b).map((index) => ({ start: index * WEEK, ...week(zone, index) }));
  let offset = weeks[0]?.first ?? 0;
  const found: HostZone = { offset, transitions: [] };
  const add = (at: number, next: number) => {
    if (next !== offset) found.transitions.push([at, next]);
    offset = next;
  };
  for (const { start, first, changes } of weeks) {
    add(start, first);
    for (const [at, next] of changes) add(at, next);
  }
  return found;
}

/** @internal */
export function known(name: string): Known {
  let zone = zones.get(name);
  if (zone === undefined) {
    zone = { offsetAt: reader(name), weeks: new Map() };
    zones.set(name, zone);
  }
  return zone;
}

// The changes within a week, each found to the second.
function week({ offsetAt, weeks }: Known, index: number): { first: number; changes: [number, number][] } {
  const remembered = weeks.get(index);
  if (remembered !== undefined) return remembered;
  let at = index * WEEK;
  const end = at + WEEK;
  let offset = offsetAt(at);
  const found = { first: offset, changes: [] as [number, number][] };
  // By the day: the shortest stay of the database is that of Freetown in September 1939, just under four days.
  while (at < end) {
    const next = Math.min(at + 86400, end);
    if (offsetAt(next) === offset) {
      at = next;
      continue;
    }
    at = changeAfter(offsetAt, at, next);
    offset = offsetAt(at);
    if (at < end) found.changes.push([at, offset]);
  }
  if (weeks.size >= MOST_WEEKS) weeks.clear();
  weeks.set(index, found);
  return found;
}

/** The second from which on the offset is no longer that of `before`, as it is not at `after`. @internal */
export function changeAfter(offsetAt: (seconds: number) => number, before: number, after: number): number {
  const offset = offsetAt(before);
  let [low, high] = [before, after];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === offset) low = middle;
    else high = middle;
  }
  return high;
}

// Local time read off the formatted parts: unlike the names of offsets, every host writes it to the second.
function reader(name: string): (seconds: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    throw new HeedfulError("time-zone", `unknown time zone \`${name}\``, { path: "timeZone" });
  }
  return (seconds) => {
    const part: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(seconds * 1000)) part[type] = value;
    const year = part["era"]?.startsWith("B") ? 1 - Number(part["year"]) : Number(part["year"]);
    const local = new Date(0);
    local.setUTCFullYear(year, Number(part["month"]) - 1, Number(part["day"]));
    local.setUTCHours(Number(part["hour"]), Number(part["minute"]), Number(part["second"]));
    return local.getTime() / 1000 - seconds;
  };
}
