// One series in, a row for each period and one for each episode out.
import { type Day, dayGiven, dayNumbers, hourOf } from "./day.js";
import { fieldsOf } from "./error.js";
import { decode, encode, snake } from "./json.js";
import { type ResultColumn, rowsFrom } from "./table.js";
import { call } from "./watch-engine.js";

/** The length of a period. */
export type Every = "hour" | "day" | "week" | "month" | "quarter" | "year";

/** Which departures are looked for. */
export type Direction = "up" | "down" | "both";

/** What tests the periods: the baseline of this library, or a published detector with its settings. */
export type Method =
  | "baseline" | "farrington" | "farrington_noufaily"
  | "ears_c1" | "ears_c2" | "ears_c3" | "ears_c3_as_coded" | "seasonal_z" | "cusum";

/** Options of {@link detect}. */
export interface DetectOptions {
  every: Every;
  /** A day of the first period, or the time (of UTC) when its hour begins: weekdays, holidays and the time of year follow from it. */
  start?: Day;
  /** The wanted rate of false alarms for each period; 0.01 where not given. */
  alpha?: number;
  /** `up` where not given. */
  direction?: Direction;
  /** Out of how many each count is; missing are `null`, `undefined` and `NaN`. */
  volume?: ArrayLike<number | null | undefined>;
  /** Counts are a part of `volume`, and more volume is no news. */
  share?: boolean;
  /** Holidays and the days after them have factors of their own. */
  holidays?: readonly Day[];
  /** Silence where the evidence holds fewer cases. */
  minCases?: number;
  /** How many periods are remembered. */
  memory?: number;
  method?: Method;
}

/** What is said of one period; `null` is not known. */
export interface DetectRow {
  /** Its first day, or its hour: `2024-03-01T13:00:00`. */
  period: string;
  observed: number | null;
  expected: number | null;
  lower: number | null;
  upper: number | null;
  pValue: number | null;
  /** Higher is more anomalous. */
  strength: number | null;
  alarm: boolean | null;
  direction: "up" | "down" | null;
  /** How many periods, this one included, the strongest evidence comes from. */
  window: number | null;
  /** Why so much is expected: the level, and factors of it. */
  level: number | null;
  trend: number | null;
  season: number | null;
  holiday: number | null;
}

/** Alarms that belong together; days are the first ones of their periods, or hours. */
export interface EpisodeRow {
  /** Where it seems to have begun. */
  start: string;
  raised: string;
  /** The last alarm so far. */
  last: string;
  peak: string;
  status: "raised" | "growing" | "ended";
  direction: "up" | "down";
  observed: number;
  expected: number;
  excess: number;
  pValue: number | null;
  alarms: number;
}

/** A series with its episodes. */
export interface Detected {
  /** One for each period. */
  rows: DetectRow[];
  episodes: EpisodeRow[];
  /** The series with its bounds, alarms and episodes in the JSON that Vega-Lite draws, data included. */
  chart: { [name: string]: unknown };
}

/**
 * Whether counts are other than was to be expected: each period against those before it.
 *
 * @example
 * const counts = Array.from({ length: 120 }, (_, week) => (week === 118 ? 60 : 20 + (week % 5)));
 * detect(counts, { every: "week", start: "2001-01-01" }).rows[118].alarm; // true
 */
export function detect(counts: ArrayLike<number | null | undefined>, options: DetectOptions): Detected {
  const { volume, start, holidays, ...rest } = fieldsOf(options);
  const document = encode({
    ...(snake(rest) as object),
    start: dayGiven(start, "start"),
    ...(rest.every === "hour" && start !== undefined && { start_hour: hourOf(start) }),
    holidays: dayNumbers(holidays, "holidays"),
  });
  return detectedOf(call((module) => module.detect(numbers(counts), volume && numbers(volume), document), undefined, options));
}

function numbers(values: ArrayLike<number | null | undefined>): Float64Array {
  return Float64Array.from(values as ArrayLike<unknown>, (value) => (value === null || value === undefined ? NaN : Number(value)));
}

/** @internal */
export function detectedOf(answer: unknown): Detected {
  const { rows, episodes, chart } = decode(answer) as { rows: ResultColumn[]; episodes: ResultColumn[]; chart: object };
  return { rows: rowsFrom(rows), episodes: rowsFrom(episodes), chart } as unknown as Detected;
}
