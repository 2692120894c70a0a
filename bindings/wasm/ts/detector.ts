// The detector: topics, places and scores of responses, on history or as they arrive.
import { type Day, dayGiven, dayName, dayNumber, dayNumbers } from "./day.js";
import { type Detected, detectedOf, type Direction, type Every, type Method } from "./detect.js";
import { fieldsOf, HeedfulError } from "./error.js";
import type { Detector as Handle } from "./glue/watch.js";
import { disposable } from "./disposer.js";
import type { Happening } from "./happening.js";
import { camel, decode, encode, encoded, escapeText, snake } from "./json.js";
import type { MetricLike } from "./metric.js";
import { reasonsOf, type WhyReasons } from "./row-reasons.js";
import { type Cell, listed, type Packed, type Roles, type Table } from "./table.js";
import { onDays } from "./wall.js";
import { call, life, pack } from "./watch-engine.js";

/** Options of a {@link Detector}. */
export interface DetectorOptions {
  every: Every;
  /** The wanted number of false alarms a month, of all series together; 2 where neither rate is given. */
  alarmsPerMonth?: number;
  /** A false-discovery rate for each period instead. */
  fdr?: number;
  /** Which departures of counts alarm, `up` where not given; scores alarm both ways. */
  direction?: Direction;
  /** What tests counts: the baseline where not given, or a published detector, which looks for more cases than expected. */
  method?: Method;
  /** Topics are shares of the responses of their place, so that more surveys are no news. */
  share?: boolean;
  /** The first day that is judged; days before are learned. */
  since?: Day;
  holidays?: readonly Day[];
  /** Silence where the evidence holds fewer cases. */
  minCases?: number;
  /** How many periods are remembered. */
  memory?: number;
  /** The zone in which times with a zone fall on days: an IANA name. */
  timeZone?: string;
  /** Of the comments. */
  language?: string;
  /** Words that are taken out of the comments that are shown, beside addresses and numbers. */
  redact?: readonly string[];
}

/** What is what in a table. */
export interface RunOptions {
  /** The column of dates or times. */
  at?: string;
  /** The column of the topic. */
  topic?: string;
  /** The attributes by whose values topics and totals are watched. */
  by?: string | readonly string[];
  /** What the customer wrote. */
  comment?: string;
  /** The rating, whose score is watched too. */
  rating?: string;
  /** `nps` where not given. */
  metric?: MetricLike;
  /** What tells the topics of each row, where it is not one column. */
  reasons?: WhyReasons;
  /** How times are written where they are texts. */
  dateFormat?: string;
}

/** What is said of further rows. */
export interface UpdateOptions {
  reasons?: WhyReasons;
  /** The last day that is over; the day before the last that was seen where not given. */
  through?: Day;
  dateFormat?: string;
}

/** Where the excess of an episode lies. */
export interface AnomalyPlace {
  /** Up to three attributes with their values. */
  values: { [attribute: string]: Cell };
  observed: number;
  expected: number;
  /** Its part of the excess, and of all, 0 to 1. */
  ofExcess: number;
  ofAll: number;
  pValue: number;
}

/** An episode of one topic, place or score. */
export interface Anomaly {
  /** What departed: the number of responses (or their share), or their score. */
  kind: "count" | "score";
  /** All responses where `null`. */
  topic: string | null;
  /** Everywhere where `null`. */
  place: { attribute: string; value: Cell } | null;
  /** Where it seems to have begun, its first alarm, its last and its greatest difference: first days of periods, or hours. */
  start: string;
  raised: string;
  last: string;
  peak: string;
  status: "raised" | "growing" | "ended";
  direction: "up" | "down";
  /** Responses from start to last alarm; of a score, the score. */
  observed: number;
  expected: number;
  /** The smallest p-value; `null` where the method has none. */
  pValue: number | null;
  /** Periods with an alarm. */
  alarms: number;
  /** The number, from 0, of the anomaly that already says it. */
  partOf: number | null;
  /** Where the excess lies, strongest first. */
  places: AnomalyPlace[];
  /** What it does to the score of all, in points; `null` without ratings. */
  cost: { points: number; lower: number; upper: number } | null;
  /** Words and phrases that mark its comments. */
  terms: string[];
  /** Comments that stand for it, and its first ones, without names and numbers. */
  comments: string[];
  earliest: string[];
  /** It in a few sentences. */
  sentence: string;
}

/** What a detector found. */
export interface Anomalies {
  /** First days of the first and the last period that was judged. */
  judged: [string, string] | null;
  /** How many series were watched, scores among them. */
  series: number;
  /** First what is told, then what another one says already; the latest first. */
  anomalies: Anomaly[];
  /** What `Alerts.take` takes: the anomalies but for those that another one says already. */
  happenings: Happening[];
}

/** An attribute and its value. */
export interface Place {
  attribute: string;
  value: Cell;
}

/** Which series: a topic (all responses where not given) in a place (everywhere where not given). */
export interface SeriesName {
  topic?: string | null;
  place?: Place | null;
}

/**
 * Watches all responses, each topic, each value of the attributes in `by`, and each topic within each value; with a
 * rating, their scores too.
 *
 * It lives in the module: {@link Detector.free} gives its memory back, {@link Detector.toJson} keeps it for later.
 *
 * @example
 * const detector = new Detector({ every: "day", alarmsPerMonth: 2 });
 * const { anomalies } = detector.run(rows, { at: "created", topic: "reason", by: ["state"], comment: "text", rating: "score" });
 * anomalies[0]?.sentence;
 */
export class Detector {
  readonly #settings: Settings;
  #handle: Handle | undefined;
  #life = 0;

  constructor(options: DetectorOptions);
  constructor(options: DetectorOptions | null, stored = "") {
    if (options === null) {
      this.#hold(call((module) => module.Detector.stored(encoded(stored))));
      const { columns: _, topic: __, by: ___, metric: ____, ...settings } = this.#watcher();
      this.#settings = settings;
      return;
    }
    const { since, holidays, ...rest } = fieldsOf(options);
    const days = { since: dayGiven(since, "since"), holidays: dayNumbers(holidays, "holidays") };
    this.#settings = { ...(snake(rest) as Settings), ...days };
    // What cannot be is said now, not at the first table.
    call((module) => new module.Detector(encode(this.#settings)).free(), undefined, options);
  }

  /** A stored detector, which goes on exactly as it would have. */
  static fromJson(json: string): Detector {
    return new (Detector as unknown as new (options: null, stored: string) => Detector)(null, json);
  }

  /** Judges all of a table's history, the last period included, and is ready for {@link Detector.update}. */
  run(table: Table, options: RunOptions): Anomalies {
    const { at, topic, by = [], comment, rating, metric = "nps", reasons, dateFormat } = fieldsOf(options);
    const named = Object.entries({ at, comment, rating }).filter(([, name]) => name !== undefined);
    const attributes = listed(by, "by");
    const packed = this.#packed(table, Object.fromEntries(named), topic, attributes, dateFormat);
    const { played } = packed;
    const columns = { at: played.at, comment: played.comment, rating: played.rating };
    const scored = played.rating === undefined ? {} : { metric };
    const watcher = encode({ ...this.#settings, columns, topic, by: attributes, ...scored });
    this.free();
    this.#hold(call((module) => new module.Detector(watcher)));
    return this.#take(packed, table, reasons, true, undefined);
  }

  /**
   * Takes in further rows and judges the periods that are over: those before the last that was seen, which may go on, and
   * those up to the day `through` where it is given. A row of a period that was judged before is not counted.
   */
  update(table: Table, options: UpdateOptions = {}): Anomalies {
    const { reasons, through, dateFormat } = fieldsOf(options);
    const { columns = {}, topic, by = [] } = this.#watcher();
    const named = Object.entries(columns).filter(([, name]) => name !== null);
    const packed = this.#packed(table, Object.fromEntries(named), topic, by, dateFormat);
    return this.#take(packed, table, reasons, false, dayGiven(through, "through"));
  }

  /** One series by itself, period by period, at the level that the detector has for each test. */
  series(name: SeriesName = {}): Detected {
    const { topic, place } = fieldsOf(name);
    const where = place ? [`${place.attribute} = ${place.value}`] : [];
    const title = escapeText([topic ?? "all responses", ...where].join(" in "));
    return detectedOf(call(() => this.#held.series(textOf(topic), pairOf(place), title)));
  }

  /**
   * Records what a person said of the days of a series. `expected`: it was real and its cause is known, nothing is learned
   * from these days. `false_alarm`: such counts are normal, these days are learned in full.
   */
  feedback(said: "expected" | "false_alarm", options: SeriesName & { start: Day; end: Day }): void {
    const { topic, place, start, end } = fieldsOf(options);
    const [first, last] = [dayNumber(start, "start"), dayNumber(end, "end")];
    call(() => this.#held.feedback(escapeText(said, "said"), textOf(topic), pairOf(place), first, last));
  }

  /** Rows of periods that had been judged when they came. */
  get late(): number {
    return call(() => this.#held.late());
  }

  /** The detector as JSON: settings, counts and episodes; no comments and no customers. */
  toJson(): string {
    return call(() => this.#held.to_json());
  }

  /** Gives its memory back; {@link Detector.run} begins anew. */
  free(): void {
    if (this.#life === life()) this.#handle?.free();
    this.#handle = undefined;
  }

  get #held(): Handle {
    if (this.#handle === undefined) throw new HeedfulError("invalid-argument", "the detector has seen no table yet: call `run` first");
    if (this.#life !== life()) throw new HeedfulError("internal", "the detector was lost when the engine stopped: read it from its JSON");
    return this.#handle;
  }

  #hold(handle: Handle): void {
    this.#handle = handle;
    this.#life = life();
  }

  #watcher(): Watcher {
    return decode(call(() => this.#held.watcher())) as Watcher;
  }

  #packed(table: Table, roles: Roles, topic: string | undefined, by: readonly string[], dateFormat: string | undefined): Packed {
    const names = topic === undefined ? by : [...by, topic];
    return onDays(pack(table, roles, names, dateFormat, ["comment"]), this.#settings.time_zone);
  }

  #take(packed: Packed, table: Table, reasons: WhyReasons | undefined, history: boolean, through: number | undefined): Anomalies {
    const coded = reasons === undefined ? undefined : reasonsOf(table, reasons);
    const answer = decode(call(() => this.#held.take(packed.columns, packed.roles, coded, history, through)));
    // Evidence has its own names, the same in every language.
    const { happenings, ...rest } = answer as { happenings: Happening[] };
    const { found, sentences, periods } = camel(rest) as { found: Found; sentences: string[]; periods: Periods[] };
    const { judged, series, anomalies } = found;
    return {
      judged: judged && [dayName(judged[0]), dayName(judged[1])],
      series,
      anomalies: anomalies.map((one, i) => told(one, periods[i] as Periods, sentences[i] as string)),
      happenings,
    };
  }
}

disposable(Detector);

// The settings as the module has them.
type Settings = { time_zone?: string };
type Watcher = Settings & { columns?: Roles; topic?: string; by?: string[]; metric?: unknown };

// What the module says, with days as numbers and lists of pairs.
type Pair = [attribute: string, value: Cell];
type Periods = [start: string, raised: string, last: string, peak: string];
type Moment = "start" | "raised" | "last" | "peak";
interface Found extends Omit<Anomalies, "judged" | "anomalies" | "happenings"> {
  judged: [number, number] | null;
  anomalies: (Omit<Anomaly, "place" | "places"> & {
    place: Pair | null;
    places: (Omit<AnomalyPlace, "values"> & { values: Pair[] })[];
    episode: Omit<Anomaly, Moment>;
    days: unknown;
  })[];
}

function told({ episode, days: _, place, places, ...rest }: Found["anomalies"][number], periods: Periods, sentence: string): Anomaly {
  const [start, raised, last, peak] = periods;
  const { status, direction, observed, expected, pValue, alarms } = episode;
  return {
    ...rest,
    place: place && { attribute: place[0], value: place[1] },
    start,
    raised,
    last,
    peak,
    status,
    direction,
    observed,
    expected,
    pValue,
    alarms,
    places: places.map(({ values, ...of }) => ({ values: Object.fromEntries(values), ...of })),
    sentence,
  };
}

function textOf(text: string | null | undefined): string | undefined {
  return text === null || text === undefined ? undefined : escapeText(text, "topic");
}

function pairOf(place: Place | null | undefined): Pair | undefined {
  if (!place) return undefined;
  const { attribute, value } = place;
  return [escapeText(attribute, "place.attribute"), typeof value === "string" ? escapeText(value) : value];
}
