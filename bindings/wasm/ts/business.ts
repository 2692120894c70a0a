// Business time.
import { call } from "./act-engine.js";
import { decode, encode, parse } from "./json.js";
import { withName, withOffsets } from "./named-zone.js";
import { millis, type TimeLike } from "./times.js";

export type Weekday = "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";

/** Spans on the clock in their order; one to `00:00` ends at midnight. */
export type Spans = readonly (readonly [from: string, to: string])[];

/** When people work: Monday to Friday from 9 to 17 in UTC where nothing else is given. */
export interface CalendarDefinition {
  /** An IANA name, `UTC`, or an offset such as `+05:30`. */
  zone?: string;
  /** Hours by weekday; a day that is left out is closed. */
  hours?: { readonly [day in Weekday]?: Spans };
  /** Days without work, `YYYY-MM-DD`. */
  holidays?: readonly string[];
}

/**
 * When people work, as an object or as JSON. It is business time when the clock there shows working hours of a day that is
 * no holiday, whatever is done to clocks in spring and autumn.
 *
 * Zones are those of the host (`Intl`), as they are from 2000 to 2069; before and after, clocks stay as they are at that
 * edge. Times come back as milliseconds since 1970.
 *
 * @example
 * const calendar = new BusinessCalendar({ zone: "Europe/Copenhagen", holidays: ["2026-01-06"] });
 * const later = calendar.addHours("2026-01-05T15:00:00Z", 2); // an hour on Monday, one on Wednesday
 * new Date(later).toISOString(); // "2026-01-07T09:00:00.000Z"
 */
export class BusinessCalendar {
  readonly #json: string;
  readonly #zone: string | undefined;

  constructor(calendar: CalendarDefinition | string = {}) {
    const [json, zone] = withOffsets(typeof calendar === "string" ? calendar : encode(calendar), "zone", "zone");
    this.#json = call((module) => module.calendar(json));
    this.#zone = zone;
  }

  /** Zone, hours and holidays in full, as every language stores them. */
  toJSON(): CalendarDefinition {
    return parse(withName(this.#json, "zone", this.#zone)) as CalendarDefinition;
  }

  /** Whether it is business time. */
  isOpen(at: TimeLike): boolean {
    return this.#ask("is_open", at, 0) as boolean;
  }

  /** The first business time from then on. */
  nextOpening(at: TimeLike): number {
    return this.#ask("next_opening", at, 0) as number;
  }

  /** The first time at which so many business hours have gone by. */
  addHours(at: TimeLike, hours: number): number {
    return this.#ask("add_hours", at, hours) as number;
  }

  /**
   * So many business days later at the same time on the clock, or the last working time of that day before it. From
   * outside of business time it counts from the next opening.
   */
  addDays(at: TimeLike, days: number): number {
    return this.#ask("add_days", at, days) as number;
  }

  /** Business hours between two times; negative where the second is the earlier. */
  hoursBetween(start: TimeLike, end: TimeLike): number {
    return this.#ask("hours_between", start, millis(end, "end", call), "start") as number;
  }

  #ask(question: string, at: TimeLike, more: number, path = "at"): unknown {
    const time = millis(at, path, call);
    return decode(call((module) => module.business(question, this.#json, time, more)));
  }
}
