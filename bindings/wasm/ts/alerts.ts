// Open alerts: each thing once, those of one cause together.
import { call, life, pack } from "./act-engine.js";
import { fieldsOf, HeedfulError } from "./error.js";
import { disposable } from "./disposer.js";
import type { Alerts as Handle } from "./glue/act.js";
import type { AlertSource, Happening, Severity } from "./happening.js";
import { Held } from "./held.js";
import { decode, encode, encoded, escapeText, snake } from "./json.js";
import { reasonsOf, type WhyReasons } from "./row-reasons.js";
import { open, type ResultColumn, type Roles, rowsFrom, type Table } from "./table.js";
import { millis, type TimeLike } from "./times.js";

/** Which responses raise an alert: those for which all that is given holds. */
export interface AlertRule {
  id: string;
  /** The rating is this or less. */
  atMost?: number;
  atLeast?: number;
  /** One of these is among the reasons. */
  reasons?: readonly string[];
  severity?: Severity;
}

/** How alerts are put together. */
export interface AlertOptions {
  /** So many of one cause within so many hours are one alert, 5 within 24 where not given; `false` for never. */
  storm?: { members: number; hours: number } | boolean;
  /** Days without anything new after which an alert is closed; 30 where not given. */
  closeAfterDays?: number;
}

/** A thing that happened, as often as it did. */
export interface AlertMember {
  first: Required<Happening>;
  times: number;
  last: number;
  over: boolean;
  /** The responses that said so. */
  responses: string[];
}

/** An alert with its members and their evidence. */
export interface Alert {
  /** Its number, from 1. */
  id: number;
  source: AlertSource;
  cause: string;
  /** The worst of its members. */
  severity: Severity;
  opened: number;
  last: number;
  members: AlertMember[];
}

/** An alert as a row. */
export interface AlertRow {
  id: number;
  source: AlertSource;
  cause: string;
  severity: Severity;
  opened: number;
  last: number;
  /** How many things it is made of, and how often they happened. */
  members: number;
  times: number;
  /** With commas between. */
  subjects: string;
  why: string;
}

/** What became of an alert: it is new, has a member more, happened again, went into another one, is over. */
export interface AlertChangeRow extends Omit<AlertRow, "subjects"> {
  step: "opened" | "joined" | "repeated" | "merged" | "closed";
  /** The alert that it went into. */
  into: number | null;
  /** The account, project or contact of what happened, or of its only member. */
  subject: string | null;
}

/** What became of an alert, with what did it. */
export interface AlertChange extends AlertChangeRow {
  /** What happened; `null` where it went into another, or is closed because nothing happened. */
  seen: Required<Happening> | null;
  /** All of it where it is closed: it is kept no longer. */
  closed: Alert | null;
}

/** What became of alerts. */
export interface Changes {
  changes: AlertChangeRow[];
  alerts: AlertChange[];
}

/** The columns of responses. */
export interface ResponseColumns extends Pick<Roles, "rating" | "at" | "customer" | "account"> {
  /** Of the response's id. */
  id?: string;
  /** What tells the reasons of each row. */
  reasons?: WhyReasons;
  /** How times are written where they are texts. */
  dateFormat?: string;
}

/**
 * Open alerts: each thing once, those of one cause together. Rules say which responses raise; the first that fits counts.
 *
 * They live in the module: {@link Alerts.free} gives their memory back, {@link Alerts.toJson} keeps them for later.
 *
 * @example
 * const alerts = new Alerts([{ id: "furious", atMost: 2, severity: "high" }]);
 * const rows = [{ score: 9, at: "2026-01-05" }, { score: 1, at: "2026-01-05" }];
 * alerts.takeResponses(rows, { now: "2026-01-06" }).changes[0]?.why; // "rated 1"
 * alerts.open()[0]?.severity; // "high"
 */
export class Alerts {
  readonly #held: Held<Handle>;

  constructor(rules?: readonly AlertRule[], options?: AlertOptions);
  constructor(rules: readonly AlertRule[] | null = [], options: AlertOptions = {}, stored = "") {
    const { storm = true, ...rest } = fieldsOf(options);
    const storms = storm === true ? {} : { storm: storm === false ? null : storm };
    const written = rules === null ? undefined : { ...rest, ...storms, rules };
    const json = written === undefined ? encoded(stored) : encode(snake(written));
    const made = () => call((module) => (written === undefined ? module.Alerts.stored(json) : new module.Alerts(json)), undefined, written);
    this.#held = new Held("book of alerts", life, made, true);
  }

  /** Stored alerts. */
  static fromJson(json: string): Alerts {
    return new (Alerts as unknown as new (rules: null, options: object, stored: string) => Alerts)(null, {}, json);
  }

  /** The open alerts as JSON; no comments. */
  toJson(): string {
    return call(() => this.#held.get().to_json());
  }

  /**
   * Takes in what happened: what `Pulse.judge`, `health` or a `Detector` gave, or a list. `severity` says how bad all of it
   * is; without one alarms of health and anomalies are of medium severity.
   */
  take(seen: { happenings: readonly Happening[] } | readonly Happening[], options: { now: TimeLike; severity?: Severity }): Changes {
    const { now, severity } = fieldsOf(options);
    const at = millis(now, "now", call);
    const given = Array.isArray(seen) ? (seen as readonly Happening[]) : fieldsOf(seen as { happenings: readonly Happening[] }, "happenings").happenings;
    if (!Array.isArray(given)) throw new HeedfulError("invalid-argument", "a list of happenings is needed", { path: "happenings" });
    const list = severity === undefined ? given : given.map((one: Happening) => ({ ...one, severity }));
    return changed(call(() => this.#held.get().take(encode(list), at)));
  }

  /**
   * Takes in a table of responses by the rules. Where not named the columns are `score` and `at`, and where there are such
   * `customer`, `account` and `id`.
   */
  takeResponses(table: Table, options: ResponseColumns & { now: TimeLike }): Changes {
    const { now, id, reasons, dateFormat, ...named } = fieldsOf(options);
    const moment = millis(now, "now", call);
    const source = open(table);
    const there = new Set(source.names());
    const given = { rating: "score", at: "at", ...source.roles, ...named };
    const roles: Roles = { rating: given.rating, at: given.at };
    for (const role of ["customer", "account"] as const) {
      const name = given[role] ?? (there.has(role) ? role : undefined);
      if (name !== undefined) roles[role] = name;
    }
    const ids = id ?? (there.has("id") ? "id" : undefined);
    const { columns, roles: played } = pack(table, roles, ids === undefined ? [] : [ids], dateFormat);
    const coded = reasons === undefined ? undefined : reasonsOf(table, reasons);
    const name = ids === undefined ? undefined : escapeText(ids, "id");
    return changed(call(() => this.#held.get().take_responses(columns, played, name, coded, moment)));
  }

  /** The open alerts as rows, the oldest first. */
  open(): AlertRow[] {
    return rowsFrom(this.#open().table) as unknown as AlertRow[];
  }

  /** The open alerts with their members and evidence. */
  toObjects(): Alert[] {
    return this.#open().alerts;
  }

  /** Forgets a customer; gives the number of members that were changed. */
  forget(customer: string): number {
    return call(() => this.#held.get().forget(escapeText(customer, "customer")));
  }

  /** Gives their memory back; they cannot be used any more. */
  free(): void {
    this.#held.free();
  }

  #open(): { table: ResultColumn[]; alerts: Alert[] } {
    return decode(call(() => this.#held.get().open())) as { table: ResultColumn[]; alerts: Alert[] };
  }
}

disposable(Alerts);

/**
 * The alerts that a table of responses raises, each customer once and storms together: the open ones of {@link Alerts} after
 * `takeResponses`.
 *
 * @example
 * const rows = [1, 2, 9].map((score) => ({ score, at: "2026-01-05", customer: score < 9 ? "ada" : "bo" }));
 * alerts(rows, [{ id: "furious", atMost: 2 }], { now: "2026-01-06" })[0]?.times; // 2
 */
export function alerts(table: Table, rules: readonly AlertRule[], options: ResponseColumns & AlertOptions & { now: TimeLike }): AlertRow[] {
  const { storm = true, closeAfterDays, ...columns } = fieldsOf(options);
  const book = new Alerts(rules, { storm, ...(closeAfterDays !== undefined && { closeAfterDays }) });
  try {
    book.takeResponses(table, columns);
    return book.open();
  } finally {
    book.free();
  }
}

function changed(answer: unknown): Changes {
  const { changes, alerts } = decode(answer) as { changes: ResultColumn[]; alerts: AlertChange[] };
  return { changes: rowsFrom(changes) as unknown as AlertChangeRow[], alerts };
}
