// Days: the engine counts them from 1970-01-01, JavaScript writes them as `2024-03-01`.
import { HeedfulError } from "./error.js";

/** A day: `2024-03-01`, or a `Date`, of which the day in UTC counts. */
export type Day = string | Date;

const MILLISECONDS = 86_400_000;

/** The number of a day. @internal */
export function dayNumber(day: Day, path: string): number {
  const text = day instanceof Date ? (Number.isNaN(day.getTime()) ? "" : day.toISOString()) : String(day);
  const at = /^\d{4}-\d\d-\d\d(?:T|$)/.test(text) ? Date.parse(`${text.slice(0, 10)}T00:00:00Z`) : NaN;
  if (Number.isNaN(at)) throw new HeedfulError("date-invalid", "a day is written like 2024-03-01, or is a Date", { path });
  return at / MILLISECONDS;
}

/** The hour of a time that begins like `2024-03-01T13`; 0 of a day. @internal */
export function hourOf(day: Day): number {
  return day instanceof Date ? day.getUTCHours() : Number(/T(\d\d)/.exec(day)?.[1] ?? 0);
}

/** The number of a day that may be left out. @internal */
export function dayGiven(day: Day | undefined, path: string): number | undefined {
  return day === undefined ? undefined : dayNumber(day, path);
}

/** The days of a list. @internal */
export function dayNumbers(days: readonly Day[] | undefined, path: string): number[] | undefined {
  if (days !== undefined && !Array.isArray(days)) throw new HeedfulError("invalid-argument", "a list of days is needed", { path });
  return days?.map((day: Day, i) => dayNumber(day, `${path}[${i}]`));
}

/** A day as it is written. @internal */
export function dayName(day: number): string {
  return new Date(day * MILLISECONDS).toISOString().slice(0, 10);
}
