// What cases are, as data.
import type { CalendarDefinition } from "./business.js";
import type { Severity } from "./happening.js";
import type { Interval } from "./score.js";
import type { TimeLike } from "./times.js";

/** Who gets a case: a person, or whoever has the role. */
export type Assignee = { owner: string } | { role: string };

/** When something is due: a time is for promises only. */
export type Due = "at_once" | "next_interaction" | { businessHours: number } | { businessDays: number } | { at: TimeLike };

/** What a rule is about: all that is given must fit. */
export interface When {
  /** One of the case's reasons is one of these, or below one of these (`price/fees` below `price`). */
  reasons?: readonly string[];
  segments?: readonly string[];
  /** Value tiers. */
  values?: readonly string[];
  touchpoints?: readonly string[];
  /** Rating tiers. */
  tiers?: readonly string[];
}

/** How cases are handled. Where rules overlap, the first one speaks. */
export interface CasePolicy {
  /** When people work; due times are counted in it. */
  calendar?: CalendarDefinition;
  /** Tiers of ratings, the most urgent first; 0-2, 3-4 and 5-6 of 0-10 where not given. */
  tiers?: readonly { name: string; from: number; to: number }[];
  /** Tiers of what a customer is worth, the most valuable first; A, B and C where not given. */
  values?: readonly { name: string; from?: number | null }[];
  /** By value tier and rating tier, 1 the most urgent; where not given the places in the two lists added up. */
  priority?: { readonly [value: string]: { readonly [tier: string]: number } };
  /** Of cases that the matrix does not name. */
  priorityOtherwise?: number | null;
  /** What cases of alerts so severe, or worse, have at least; `{ critical: 1 }` where not given. */
  priorityBySeverity?: { readonly [severity in Severity]?: number };
  /** Which responses open a case; any rating in a tier where not given. */
  opens?: readonly When[] | null;
  /** Who gets a case: the first that fits. Without `contact` is for customers who asked not to be contacted, too. */
  routes?: readonly { name: string; when?: When; to: Assignee; contact?: boolean }[];
  /** Who gets a case that no route fits. */
  fallback?: Assignee | null;
  fallbackWithoutContact?: Assignee | null;
  /** By when: the first that fits. A reply is due after two business days where none does. */
  due?: readonly { when?: When; reply: Due; close?: Due | null }[];
  /** Business hours before a duty is due. */
  reminders?: readonly number[];
  /** Steps after a duty was due, in business hours. */
  escalations?: readonly { afterHours?: number; to: Assignee }[];
}

/** A policy in full, as every language stores it: names in snake_case. */
export interface StoredPolicy {
  calendar: CalendarDefinition;
  [field: string]: unknown;
}

/** The columns of what cases are about. */
export interface FactColumns {
  /** The case's id: a row whose id has a case already changes nothing. The response's id serves well. */
  id: string;
  response?: string;
  alert?: string;
  /** How bad the alert is. */
  severity?: string;
  customer?: string;
  account?: string;
  rating?: string;
  touchpoint?: string;
  segment?: string;
  /** What the customer is worth, in money; or the value tier. */
  value?: string;
  valueTier?: string;
  /** Probability of leaving if nobody does anything, 0 to 1. */
  churn?: string;
  /** Money expected from a better band. */
  growth?: string;
  /** Hours of work. */
  effort?: string;
  /** True for customers who asked not to be contacted. */
  noContact?: string;
  /** When the customer said it. */
  at?: string;
}

export type CaseState = "new" | "in_progress" | "waiting" | "closed";
export type CaseOutcome = "recovered" | "lost" | "no_contact" | "false_alarm";

/** What happens to a case. */
export type CaseEvent =
  /** Work begins, or goes on after waiting. */
  | { event: "start" }
  /** The customer heard from us. */
  | { event: "reply" }
  | { event: "assign"; to: Assignee }
  | { event: "wait"; until?: TimeLike | null }
  /** The customer is there: what is due at the next interaction is due now. */
  | { event: "interaction" }
  | { event: "remedy"; remedy: string; cost?: number | null }
  | { event: "promise"; what: string; due: Due }
  | { event: "keep"; what: string }
  | { event: "withdraw"; what: string }
  | { event: "close"; outcome: CaseOutcome }
  | { event: "reopen" }
  /** The customer asks not to be contacted. */
  | { event: "opt_out" }
  /** The customer rated again. */
  | { event: "rated"; rating: number };

/** What is owed; times are milliseconds since 1970. */
export interface Duty {
  kind: "reply" | "close" | "promise";
  /** What was promised. */
  what: string | null;
  since: number;
  /** `null` until the next interaction. */
  due: number | null;
  ended: number | null;
  /** It ended because it was done. */
  kept: boolean;
  reminders: number;
  escalations: number;
  /** When the next reminder or escalation comes. */
  next: number | null;
}

/** A line of a case's trail, with what belongs to the event. */
export interface TrailEntry {
  at: number;
  /** Who did it; `null` for the desk itself. */
  by: string | null;
  event: CaseEvent["event"] | "open" | "remind" | "escalate" | "resume" | (string & {});
  /** Where the case stood afterwards. */
  state: CaseState;
  [detail: string]: unknown;
}

/** All that is known of a case. */
export interface Case {
  facts: {
    id: string;
    response: string | null;
    alert: string | null;
    severity: Severity | null;
    customer: string | null;
    account: string | null;
    rating: number | null;
    reasons: string[];
    touchpoint: string | null;
    segment: string | null;
    valueTier: string | null;
    value: number | null;
    churn: number | null;
    growth: number | null;
    effort: number | null;
    noContact: boolean;
    at: number | null;
  };
  tier: string | null;
  valueTier: string | null;
  /** 1 is the most urgent. */
  priority: number;
  opened: number;
  state: CaseState;
  assignee: Assignee | null;
  /** `null` for the fallback, or where somebody assigned it. */
  route: string | null;
  noContact: boolean;
  waitingUntil: number | null;
  duties: Duty[];
  remedies: { remedy: string; at: number; cost: number | null }[];
  outcome: CaseOutcome | null;
  closed: number | null;
  /** How often it was opened again. */
  reopened: number;
  /** What the customer said later, and when. */
  rated: number | null;
  ratedAt: number | null;
  trail: TrailEntry[];
}

/** A case as a row; reasons and remedies are apart by `;`. */
export interface CaseRow {
  case: string;
  response: string | null;
  alert: string | null;
  severity: Severity | null;
  customer: string | null;
  account: string | null;
  rating: number | null;
  reasons: string | null;
  touchpoint: string | null;
  segment: string | null;
  tier: string | null;
  valueTier: string | null;
  value: number | null;
  priority: number;
  state: CaseState;
  overdue: boolean;
  noContact: boolean;
  owner: string | null;
  role: string | null;
  route: string | null;
  opened: number;
  due: number | null;
  firstReply: number | null;
  closed: number | null;
  outcome: CaseOutcome | null;
  remedies: string | null;
  reopened: number;
  rated: number | null;
  ratedAt: number | null;
}

/** How cases are ordered. */
export interface QueueOptions {
  /** Hours of work that there are. */
  hours?: number;
  /** The priority, then the due time (where not given); or what an hour is expected to save, which needs `recovery`. */
  by?: "matrix" | "value";
  /** The chance that a reaction brings the customer back, and in how many hours it halves. */
  recovery?: { chance: number; halfLifeHours: number };
  /** Hours of work of a case that does not say; 1 where not given. */
  effort?: number;
  /** Probability of leaving by rating tier, for cases that do not say. */
  churn?: { readonly [tier: string]: number };
}

/** A case in its place. */
export interface QueueRow {
  case: string;
  priority: number;
  due: number | null;
  /** What a reaction now is expected to save; `null` where it is not known. */
  saved: number | null;
  perHour: number | null;
  effort: number;
  /** Whether the hours suffice for it. */
  done: boolean;
}

/** What a queue comes to. */
export interface QueueReport {
  /** Hours. */
  used: number;
  saved: number;
  /** Cases that are left undone, and what that is expected to cost. */
  undone: number;
  undoneCost: number;
  /** No choice of cases within the hours is expected to save more. */
  most: number;
  /** Cases of which it is not known what they save. */
  unknown: number;
  withoutContact: number;
  waiting: number;
}

/** How many of how many, with a Wilson interval. */
export interface CaseShare {
  n: number;
  count: number;
  rate: { value: number; interval: Interval } | null;
}

/** What came of all cases. */
export interface OutcomeReport {
  cases: number;
  open: number;
  overdue: number;
  outcomes: { [outcome in CaseOutcome]?: number };
  withoutContact: number;
  reopened: number;
  recovery: CaseShare;
  repliedInTime: CaseShare;
  closedInTime: CaseShare;
  /** Median and ninth decile of the business hours to the first reply. */
  replyHours: number | null;
  replyHours90: number | null;
  /** The mean change from the first rating to the later one. */
  lift: { n: number; value: number; interval: Interval | null } | null;
}

/** What came of the cases of a group. */
export interface OutcomeGroup {
  by: "reason" | "speed" | "remedy" | "tier" | "value_tier" | "touchpoint" | "segment" | "owner" | "role";
  name: string;
  cases: number;
  /** Cases that ended, and those of them that were recovered, with Wilson's interval. */
  n: number;
  recovered: number;
  rate: number | null;
  lower: number | null;
  upper: number | null;
  replyHours: number | null;
  liftN: number | null;
  lift: number | null;
  liftLower: number | null;
  liftUpper: number | null;
}
