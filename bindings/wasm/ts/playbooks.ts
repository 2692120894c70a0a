// What to do when something happens, step by step.
import { call } from "./act-engine.js";
import { fieldsOf } from "./error.js";
import type { CalendarDefinition } from "./business.js";
import type { AlertSource, Severity } from "./happening.js";
import { camel, decode, encode, encoded, parse, snake } from "./json.js";
import { withName, withOffsets } from "./named-zone.js";
import { millis, type TimeLike } from "./times.js";

/** What starts a playbook, or what happened: a health band changed, an alert was opened, somebody answered. */
export type Happened =
  | { band: { from?: string | null; to?: string | null } }
  /** As bad or worse. */
  | { alert: { source?: AlertSource | null; cause?: string | null; severity?: Severity | null } }
  | { rated: { band: string; comment?: boolean } };

/** One thing to do. */
export interface PlaybookStep {
  id: string;
  /** In words. */
  what: string;
  /** A task (where not given); something the customer is asked for; an answer that only a human may send; praise for the employee. */
  kind?: "task" | "ask" | "reply" | "praise";
  role?: string;
  /** The step that must be done, or left out, before. */
  after?: string;
  /** Within which it is due, at most one of these; business time is that of the `calendar`. */
  dueHours?: number;
  dueDays?: number;
  dueBusinessHours?: number;
  dueBusinessDays?: number;
  /** What happens and makes it done: `band:green`, `answered`. */
  doneWhen?: readonly string[];
}

/** Steps on a trigger. */
export interface Playbook {
  id: string;
  on: Happened;
  steps: readonly PlaybookStep[];
  /** Days in which it is not started again for the same customer or account. */
  againAfterDays?: number;
}

/** A step of a run. */
export interface RunStep {
  id: string;
  state: "waiting" | "open" | "done" | "skipped";
  due: number | null;
  done: number | null;
  by: string | null;
  /** It was told that it is overdue. */
  late: boolean;
}

/** A playbook under way: a plain object, kept by you. */
export interface PlaybookRun {
  version: number;
  playbook: string;
  subject: string | null;
  customer: string | null;
  employee: string | null;
  started: number;
  /** When the customer was last asked for something. */
  asked: number | null;
  /** The customer asked not to be contacted. */
  noContact: boolean;
  steps: RunStep[];
  ended: number | null;
}

/** Something for you to do. */
export interface PlaybookEffect {
  kind: "do" | "ask" | "reply" | "praise" | "overdue" | "skipped" | "ended";
  /** Empty for the run as a whole. */
  step: string;
  what: string;
  /** The role, the customer who is asked or answered, the employee who is praised. */
  to: string | null;
  due: number | null;
  /** Only a human may send it. */
  humanOnly: boolean;
  /** Why it was left out: `asked_recently`, `no_contact`, `no_employee`, `stopped`. */
  why: string | null;
}

/** What is known of the customer's past, beside the run itself: what other runs and other programs did. */
export interface CustomerPast {
  /** When the customer was last asked for something. */
  asked?: TimeLike;
  /** The customer asked not to be contacted: asks and replies are left out from then on. */
  noContact?: boolean;
}

/** A run after an event, and what is to be done. */
export interface RunChange {
  run: PlaybookRun;
  effects: PlaybookEffect[];
}

/**
 * Playbooks are data, and functions of it: each call gives the run after it and what is to be done. Nobody is asked twice
 * within `askGapDays` (90 where not given).
 *
 * @example
 * const books = new Playbooks([{ id: "sorry", on: { rated: { band: "detractor" } }, steps: [
 *   { id: "answer", kind: "reply", what: "say sorry", dueHours: 24 },
 * ] }]);
 * const [started] = books.start({ rated: { band: "detractor" } }, { customer: "ada", now: "2026-01-05T09:00:00Z" });
 * started?.effects[0]?.humanOnly; // true
 */
export class Playbooks {
  readonly #json: string;
  readonly #zone: string | undefined;

  constructor(playbooks: readonly Playbook[], options?: { askGapDays?: number; /** When people work. */ calendar?: CalendarDefinition });
  constructor(playbooks: readonly Playbook[] | null, options: object = {}, stored = "") {
    const written = playbooks === null ? undefined : { ...options, playbooks };
    const given = written === undefined ? encoded(stored) : encode(snake(written));
    const [json, zone] = withOffsets(given, "zone", "calendar.zone");
    this.#json = call((module) => module.playbooks(json), undefined, written);
    this.#zone = zone;
  }

  /** Playbooks from JSON, as every language stores them. */
  static fromJson(json: string): Playbooks {
    return new (Playbooks as unknown as new (playbooks: null, options: object, stored: string) => Playbooks)(null, {}, json);
  }

  /** The playbooks in full, as every language stores them. */
  toJSON(): { playbooks: { id: string; [field: string]: unknown }[]; ask_gap_days: number } {
    return parse(withName(this.#json, "zone", this.#zone)) as ReturnType<Playbooks["toJSON"]>;
  }

  /** Starts every playbook that waits for what happened. */
  start(
    happened: Happened,
    options: {
      now: TimeLike;
      /** The account. */
      subject?: string;
      customer?: string;
      /** Whom the customer dealt with. */
      employee?: string;
      /** When playbooks were last started for the same, by their ids. */
      started?: { readonly [playbook: string]: TimeLike };
    } & CustomerPast,
  ): RunChange[] {
    const { now, asked, noContact, started = {}, ...whom } = fieldsOf(options);
    const at = millis(now, "now", call);
    const times = Object.entries(fieldsOf(started, "started")).map(([name, time]) => [name, millis(time, `started.${name}`, call)]);
    const past = pastOf({ asked, noContact }, Object.fromEntries(times));
    const trigger = encode({ happened, ...whom });
    return camel(decode(call((module) => module.playbook_start(this.#json, trigger, past, at)))) as RunChange[];
  }

  /** Somebody did a step; `human` is false for a machine. */
  done(run: PlaybookRun, step: string, options: { now: TimeLike; by?: string; human?: boolean } & CustomerPast): RunChange {
    const { by, human = true } = fieldsOf(options);
    return this.#advance(run, { done: { step, by, human } }, options);
  }

  /** Something happened that steps may wait for (`doneWhen`). */
  happened(run: PlaybookRun, name: string, options: { now: TimeLike } & CustomerPast): RunChange {
    return this.#advance(run, { happened: name }, options);
  }

  /** Time went by: tells what is overdue, once. */
  tick(run: PlaybookRun, options: { now: TimeLike } & CustomerPast): RunChange {
    return this.#advance(run, "tick", options);
  }

  /** The rest is not to be done. */
  stop(run: PlaybookRun, options: { now: TimeLike }): RunChange {
    return this.#advance(run, "stop", options);
  }

  #advance(run: PlaybookRun, event: unknown, options: { now: TimeLike } & CustomerPast): RunChange {
    const { now, ...known } = fieldsOf(options);
    const at = millis(now, "now", call);
    const [state, told, past] = [encode(snake(run)), encode(event), pastOf(known)];
    return camel(decode(call((module) => module.playbook_advance(this.#json, state, told, past, at)))) as RunChange;
  }
}

function pastOf({ asked, noContact }: { [name in keyof CustomerPast]: CustomerPast[name] | undefined }, started: object = {}): string {
  return encode({ asked: asked === undefined ? null : millis(asked, "asked", call), no_contact: noContact, started });
}
