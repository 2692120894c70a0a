// Cases under one policy.
import { call, life, pack } from "./act-engine.js";
import type * as cases from "./case.js";
import { disposable } from "./disposer.js";
import { fieldsOf, HeedfulError } from "./error.js";
import type { Desk as Handle } from "./glue/act.js";
import { Held } from "./held.js";
import { camel, decode, encode, encoded, escapeText, parse, snake } from "./json.js";
import { withName, withOffsets } from "./named-zone.js";
import { reasonsOf, type WhyReasons } from "./row-reasons.js";
import { open, type ResultColumn, rowsFrom, rowsOf, type Table } from "./table.js";
import { millis, type TimeLike } from "./times.js";

/** Who is to be told what, inside of the organisation. */
export interface CaseEffect {
  case: string;
  /** A case came to them; a duty is due before long; a duty of somebody else is overdue; a case waits no longer. */
  kind: "assigned" | "reminder" | "escalation" | "resumed";
  owner: string | null;
  role: string | null;
  /** `reply`, `close`, or what was promised. */
  duty: string | null;
  /** Which reminder or step of escalation, from 1. */
  step: number | null;
  /** When the duty is or was due. */
  due: number | null;
}

// The facts that columns hold, as the engine calls them.
const FACTS = {
  id: "id",
  response: "response",
  alert: "alert",
  severity: "severity",
  customer: "customer",
  account: "account",
  rating: "rating",
  touchpoint: "touchpoint",
  segment: "segment",
  value: "value",
  valueTier: "value_tier",
  churn: "churn",
  growth: "growth",
  effort: "effort",
  noContact: "no_contact",
  at: "at",
} as const satisfies Record<keyof cases.FactColumns, string>;

/**
 * Cases: who owes a customer a reaction, by when, and what came of it.
 *
 * The policy is data, an object or JSON as `docs/schemas/case_policy.json` says. Its zone is that of the host (`Intl`), as it
 * is from 2000 to 2069. Times come back as milliseconds since 1970.
 *
 * It lives in the module: {@link Desk.free} gives its memory back, {@link Desk.toJson} keeps it for later.
 *
 * @example
 * const desk = new Desk({ fallback: { role: "care" }, escalations: [{ to: { role: "head" } }] });
 * const rows = [{ id: "r1", score: 2 }, { id: "r2", score: 9 }];
 * desk.open(rows, { id: "id", rating: "score", now: "2026-01-05T09:00:00Z" }); // [{ case: "r1", kind: "assigned", role: "care", … }]
 * desk.apply("r1", { event: "reply" }, { by: "bo", now: "2026-01-05T11:00:00Z" });
 * desk.apply("r1", { event: "close", outcome: "recovered" }, { now: "2026-01-06T10:00:00Z" });
 * desk.case("r1").trail.map(({ event }) => event); // ["open", "reply", "close"]
 */
export class Desk {
  readonly #held: Held<Handle>;
  readonly #zone: string | undefined;

  constructor(policy?: cases.CasePolicy | string);
  constructor(policy: cases.CasePolicy | string | null = {}, stored = "") {
    const written = typeof policy === "string" || policy === null ? undefined : policy;
    const given = written === undefined ? encoded(policy === null ? stored : (policy as string)) : encode(snake(written));
    const [json, zone] = withOffsets(given, "zone", "calendar.zone");
    this.#zone = zone;
    const made = () => call((module) => (policy === null ? module.Desk.stored(json) : new module.Desk(json)), undefined, written);
    this.#held = new Held("desk", life, made, true);
  }

  /** A stored desk, also of an earlier version. */
  static fromJson(json: string): Desk {
    return new (Desk as unknown as new (policy: null, stored: string) => Desk)(null, json);
  }

  /** The policy and the cases, to be stored. There are ids of customers in it; {@link Desk.forget} takes them out. */
  toJson(): string {
    return withName(this.#written(), "zone", this.#zone);
  }

  /** The policy in full, as every language stores it. */
  get policy(): cases.StoredPolicy {
    const policy = call(() => this.#held.get().policy());
    return parse(withName(policy, "zone", this.#zone)) as cases.StoredPolicy;
  }

  /**
   * Opens a case for each row for which the policy says so, or for `every` row (alerts, say). A row whose id has a case
   * already changes nothing.
   */
  open(
    table: Table,
    options: cases.FactColumns & {
      now: TimeLike;
      /** What tells the reasons of each row. */
      reasons?: WhyReasons;
      every?: boolean;
    },
  ): CaseEffect[] {
    const { now, reasons, every = false, ...named } = fieldsOf(options);
    const at = millis(now, "now", call);
    const source = open(table);
    const entries = Object.entries(named).filter(([, column]) => column !== undefined);
    const facts = entries.map(([fact, column]) => {
      if (!Object.hasOwn(FACTS, fact)) throw new HeedfulError("invalid-config", `there is no fact \`${fact}\``, { path: fact });
      return [FACTS[fact as keyof typeof FACTS], source.column(column)] as const;
    });
    const names = facts.map(([fact]) => fact);
    if (!names.includes("id")) throw new HeedfulError("invalid-config", "the column of the case's id is needed: name it in `id`", { path: "id" });
    const { columns } = pack(Object.fromEntries(facts), {}, names, undefined, [], ["at"]);
    const coded = reasons === undefined ? undefined : reasonsOf(table, reasons);
    return this.#told((desk) => desk.open(columns, coded, every, at));
  }

  /**
   * Takes an event of a case. One that the case's state does not allow is an error with the code `illegal-transition`, and
   * nothing changes. `by` is who did it.
   */
  apply(id: string, event: cases.CaseEvent, options: { now: TimeLike; by?: string }): CaseEffect[] {
    const { now, by } = fieldsOf(options);
    const at = millis(now, "now", call);
    const told: { [detail: string]: unknown } = { ...fieldsOf(event, "event") };
    if (told["until"] !== undefined && told["until"] !== null) told["until"] = millis(told["until"], "until", call);
    if (typeof told["due"] === "object" && told["due"] !== null && "at" in told["due"]) told["due"] = { at: millis(told["due"].at, "due.at", call) };
    const who = by === undefined ? undefined : escapeText(by, "by");
    return this.#told((desk) => desk.apply(escapeText(id, "case"), encode(snake(told)), who, at), event);
  }

  /** What happened by itself until now: reminders, escalations, the end of waiting. */
  tick(now: TimeLike): CaseEffect[] {
    const at = millis(now, "now", call);
    return this.#told((desk) => desk.tick(at));
  }

  /** When {@link Desk.tick} next has something to say. */
  get nextTick(): number | null {
    return call(() => this.#held.get().next_tick()) ?? null;
  }

  /** Takes note that a customer asks not to be contacted, in all cases of theirs that there are and that will come. */
  optOut(customer: string, now: TimeLike): CaseEffect[] {
    const at = millis(now, "now", call);
    return this.#told((desk) => desk.opt_out(escapeText(customer, "customer"), at));
  }

  /** The customer may be contacted again, in cases opened from now on; whether there was a wish not to be. */
  optIn(customer: string): boolean {
    return call(() => this.#held.get().opt_in(escapeText(customer, "customer")));
  }

  /** All that is known of a case, with its trail. */
  case(id: string): cases.Case {
    const found = decode(call(() => this.#held.get().case(escapeText(id, "case"))));
    if (found === null) throw new HeedfulError("unknown-name", "there is no such case", { path: "case" });
    return camel(found) as cases.Case;
  }

  /**
   * A row for each case: what it is about, where it stands, and what came of it. With `rated` and `outcome` it is a table to
   * score again: `score(desk.cases(now), { rating: "rated", by: "outcome" })`.
   */
  cases(now: TimeLike): cases.CaseRow[] {
    const at = millis(now, "now", call);
    return rowsOf(call(() => this.#held.get().cases(at))) as unknown as cases.CaseRow[];
  }

  /**
   * The order in which open cases are worked on, and how far the hours reach. By `value` it is what an hour is expected to
   * save: `(value * churn * chance * 0.5 ** (hours gone by / halfLifeHours) + growth) / effort`.
   */
  queue(now: TimeLike, options: cases.QueueOptions = {}): { order: cases.QueueRow[]; report: cases.QueueReport } {
    const at = millis(now, "now", call);
    const { churn = {}, ...rest } = fieldsOf(options);
    const document = encode({ ...(snake(rest) as object), churn });
    const found = camel(decode(call(() => this.#held.get().queue(document, at), undefined, options)));
    const { rows, ...report } = found as cases.QueueReport & { rows: cases.QueueRow[] };
    return { order: rows, report };
  }

  /**
   * What came of the cases, in all and by groups. `speeds` are the business hours at which bands of speed end. Groups are
   * compared as they came about: fast replies may go to cases that are easier to recover.
   */
  outcomes(
    now: TimeLike,
    options: { confidence?: number; speeds?: readonly number[] } = {},
  ): { report: cases.OutcomeReport; groups: cases.OutcomeGroup[] } {
    const at = millis(now, "now", call);
    const found = decode(call(() => this.#held.get().outcomes(encode(fieldsOf(options)), at)));
    const { report, groups } = found as { report: { outcomes: object; groups: unknown }; groups: ResultColumn[] };
    const { outcomes, groups: _, ...rest } = report;
    return {
      report: { ...(camel(rest) as object), outcomes } as cases.OutcomeReport,
      groups: rowsFrom(groups) as unknown as cases.OutcomeGroup[],
    };
  }

  /** Adds the cases of a desk with the same policy; of a case that both have, the one with the longer trail stays. */
  merge(other: Desk): void {
    if (!(other instanceof Desk)) throw new HeedfulError("invalid-argument", "another desk is needed", { path: "other" });
    const stored = other.#written();
    call(() => this.#held.get().merge(stored));
  }

  /**
   * Removes the cases of a customer, of which only counts by outcome stay; how many there were. A wish not to be contacted
   * is forgotten too.
   */
  forget(customer: string): number {
    return call(() => this.#held.get().forget(escapeText(customer, "customer")));
  }

  /** How many cases there are. */
  get size(): number {
    return call(() => this.#held.get().size());
  }

  /** Gives its memory back; it cannot be used any more. */
  free(): void {
    this.#held.free();
  }

  #written(): string {
    return call(() => this.#held.get().to_json());
  }

  #told(run: (desk: Handle) => unknown, document?: object): CaseEffect[] {
    return rowsOf(call(() => run(this.#held.get()), undefined, document)) as unknown as CaseEffect[];
  }
}

disposable(Desk);
