// Rolling scores against rules.
import { call, life, pack } from "./act-engine.js";
import { fieldsOf, HeedfulError } from "./error.js";
import { disposable } from "./disposer.js";
import type { Pulse as Handle } from "./glue/act.js";
import type { Happening, Severity } from "./happening.js";
import { Held } from "./held.js";
import { decode, encode, encoded, escapeText, parse, snake } from "./json.js";
import type { MetricLike } from "./metric.js";
import { withName, withOffsets } from "./named-zone.js";
import { isRead, open, type ResultColumn, type Roles, rowsFrom, rowsOf, type Table } from "./table.js";
import { millis, type TimeLike } from "./times.js";

/** A level that raises an alert, and the one that ends it. */
export interface Level {
  /** Either this or `above`. */
  below?: number;
  above?: number;
  /** The level that ends it; the same where not given. */
  clear?: number;
  /** Raises where the probability of being beyond the level exceeds this. */
  certainty?: number;
  clearCertainty?: number;
}

/** What must hold for an alert. */
export type PulseWhen =
  | { average: Level }
  | { score: Level }
  /** Against the window before. */
  | { drop: { by: number; clear?: number; certainty?: number; clearCertainty?: number } }
  /** The last two ratings of a customer. */
  | { turned: { from: string; to: string } }
  | { repeated: { band: string; times: number } }
  /** `key_contact` where not given. */
  | { silent: { days: number; who?: "key_contact" | "anybody" } };

/** When an alert is raised and cleared. */
export interface PulseRule {
  id: string;
  when: PulseWhen;
  /** Fewer responses in the window change nothing; 1 where not given. */
  minimumN?: number;
  /** Days after an alert was cleared in which it is not raised again. */
  coolDownDays?: number;
  /** Looks at responses of one kind only. */
  kind?: "relational" | "transactional" | null;
  /** `medium` where not given. */
  severity?: Severity;
}

/** What a {@link Pulse} is of. */
export interface PulseOptions {
  /** `nps` where not given. */
  metric?: MetricLike;
  /** The column whose values are watched; `account` where not given. */
  by?: string;
  /** How far back the score looks; six calendar months where not given. */
  window?: { months: number } | { days: number };
  /** Counts relational and transactional responses together. */
  pool?: boolean;
  /** The column of the response's id, which counts once. */
  id?: string;
  /** The column that says whether the customer is a key contact. */
  keyContact?: string;
  /** The keys are customers themselves. */
  people?: boolean;
  /** In which days begin: an IANA name; UTC where not given. */
  timeZone?: string;
  /** What happens to a rating that is not on the scale: an error (default), or it is counted. */
  invalid?: "error" | "count";
}

/** The columns of responses; those called as the role where not given. */
export interface ObserveColumns extends Pick<Roles, "rating" | "at" | "customer" | "kindColumn" | "signalColumn"> {
  /** How times are written where they are texts. */
  dateFormat?: string;
}

/** How many responses came, by what became of them. */
export interface PulseCounts {
  counted: number;
  /** Their ids were known. */
  repeated: number;
  /** They were older than the window before. */
  late: number;
  unrated: number;
  /** Their ratings are not on the scale. */
  invalid: number;
  keyless: number;
}

/** An alert that was raised or cleared, beside the column of `by`. */
export interface PulseAlertRow {
  kind: "relational" | "transactional" | null;
  rule: string;
  status: "raised" | "cleared";
  severity: Severity;
  at: number;
  raisedAt: number;
  measure: string;
  value: number | null;
  level: number;
  /** Of being beyond the level, where the rule asks for certainty. */
  probability: number | null;
  n: number;
  nBefore: number;
  /** With commas between. */
  customers: string;
  /** It in a sentence. */
  why: string;
  [by: string]: unknown;
}

/** The state of a key, beside the column of `by`. */
export interface PulseRow {
  kind: "relational" | "transactional" | null;
  n: number;
  /** Customers; each response without one is one. */
  voices: number;
  average: number | null;
  score: number | null;
  lower: number | null;
  upper: number | null;
  nBefore: number;
  scoreBefore: number | null;
  /** Against the window before. */
  change: number | null;
  changeLower: number | null;
  changeUpper: number | null;
  lastRating: number | null;
  lastAt: number | null;
  /** Rules that stand, with commas between. */
  raised: string;
  [by: string]: unknown;
}

/** What a look at a pulse told. */
export interface Judged {
  alerts: PulseAlertRow[];
  /** The same for `Alerts.take`. */
  happenings: Happening[];
}

/**
 * Rolling scores of accounts, projects or contacts over a window, and rules that raise alerts on them. Responses are observed
 * in any order, late and repeated ones too; {@link Pulse.judge} moves time on and gives the alerts.
 *
 * It lives in the module: {@link Pulse.free} gives its memory back, {@link Pulse.toJson} keeps it for later.
 *
 * @example
 * const pulse = new Pulse([{ id: "low", when: { average: { below: 6.5, clear: 7 } } }]);
 * const rows = [{ account: "a", score: 3, at: "2026-01-05" }, { account: "a", score: 6, at: "2026-02-05" }];
 * pulse.observe(rows, { rating: "score" }).counted; // 2
 * pulse.judge("2026-03-01").alerts[0]?.why; // "a: the average is 4.5 (2 responses), below 6.5"
 */
export class Pulse {
  readonly #held: Held<Handle>;
  readonly #zone: string | undefined;
  /** Those that are needed of every table. */
  readonly #columns: string[];

  constructor(rules?: readonly PulseRule[], options?: PulseOptions);
  constructor(rules: readonly PulseRule[] | null = [], options: PulseOptions = {}, stored = "") {
    const written = rules === null ? undefined : { ...options, rules };
    const given = written === undefined ? encoded(stored) : encode(snake(written));
    const [json, zone] = withOffsets(given, "time_zone", "timeZone");
    this.#zone = zone;
    this.#held = new Held("pulse", life, () => call((module) => (written === undefined ? module.Pulse.stored(json) : new module.Pulse(json)), undefined, written), true);
    const { by, id, key_contact } = this.options as { by: string; id?: string; key_contact?: string };
    this.#columns = [by, id, key_contact].filter((name) => name !== undefined);
  }

  /** A stored pulse, which goes on exactly as it would have. */
  static fromJson(json: string): Pulse {
    return new (Pulse as unknown as new (rules: null, options: object, stored: string) => Pulse)(null, {}, json);
  }

  /**
   * The pulse as JSON: options, ratings with the hashes of ids, where rules stand; no comments. Keep the text as it is:
   * `JSON.parse` rounds the hashes.
   */
  toJson(): string {
    return withName(this.#written(), "time_zone", this.#zone);
  }

  /** The options in full, as every language stores them. */
  get options(): { by: string; rules: { id: string; [field: string]: unknown }[]; [field: string]: unknown } {
    const options = call(() => this.#held.get().options());
    return parse(withName(options, "time_zone", this.#zone)) as Pulse["options"];
  }

  /** How many responses came in all. */
  get counts(): PulseCounts {
    return decode(call(() => this.#held.get().counts())) as PulseCounts;
  }

  /** Takes in a table of responses, or one response as an object. Gives how many came. */
  observe(responses: Table | object, options: ObserveColumns = {}): PulseCounts {
    const { dateFormat, ...named } = fieldsOf(options);
    const table = !Array.isArray(responses) && isOne(fieldsOf(responses, "responses")) ? [responses] : (responses as Table);
    // What a reader returned says itself which column plays which role.
    const there = new Set(Array.isArray(table) || !isRead(table) ? open(table).names() : []);
    const roles: Roles = {};
    for (const [role, column] of COLUMNS) {
      const name = named[role] ?? (there.has(column) ? column : undefined);
      if (name !== undefined) roles[role] = name;
    }
    const packed = pack(table, roles, this.#columns, dateFormat);
    return decode(call(() => this.#held.get().observe(packed.columns, packed.roles))) as PulseCounts;
  }

  /**
   * Moves on to a time and gives the alerts that were raised or cleared since the last look; with `daily` what a look at the
   * end of every day would have told.
   */
  judge(now: TimeLike, options: { daily?: boolean } = {}): Judged {
    const { daily = false } = fieldsOf(options);
    const at = millis(now, "now", call);
    const found = decode(call(() => this.#held.get().judge(at, daily)));
    const { alerts, happenings } = found as { alerts: ResultColumn[]; happenings: Happening[] };
    return { alerts: rowsFrom(alerts) as unknown as PulseAlertRow[], happenings };
  }

  /** The state as of the last look, a row for each key and kind. */
  state(): PulseRow[] {
    return rowsOf(call(() => this.#held.get().state())) as unknown as PulseRow[];
  }

  /** Adds what another pulse of the same options observed, responses of one id once. */
  merge(other: Pulse): void {
    if (!(other instanceof Pulse)) throw new HeedfulError("invalid-argument", "another pulse is needed", { path: "other" });
    const stored = other.#written();
    call(() => this.#held.get().merge(stored));
  }

  /** Forgets a customer: ratings go on to count anonymously. Gives the number of responses that were changed. */
  forget(customer: string): number {
    return call(() => this.#held.get().forget(escapeText(customer, "customer")));
  }

  /** Gives its memory back; it cannot be used any more. */
  free(): void {
    this.#held.free();
  }

  #written(): string {
    return call(() => this.#held.get().to_json());
  }
}

disposable(Pulse);

// The column of each role where none is named.
const COLUMNS = [
  ["rating", "rating"],
  ["at", "at"],
  ["customer", "customer"],
  ["kindColumn", "kind"],
  ["signalColumn", "signal"],
] as const;

function isOne(responses: object): boolean {
  const isColumn = (value: unknown) => Array.isArray(value) || ArrayBuffer.isView(value);
  return !Array.isArray(responses) && !isRead(responses) && !Object.values(responses).some(isColumn);
}
