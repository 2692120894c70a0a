// What the entry points of `heedful/act` export beside their own `init`: rolling scores, alerts, playbooks, cases.
import { call } from "./act-engine.js";

export { Alerts, alerts } from "./alerts.js";
export type {
  Alert,
  AlertChange,
  AlertChangeRow,
  AlertMember,
  AlertOptions,
  AlertRow,
  AlertRule,
  Changes,
  ResponseColumns,
} from "./alerts.js";
export { BusinessCalendar, type CalendarDefinition, type Spans, type Weekday } from "./business.js";
export type {
  Assignee,
  Case,
  CaseEvent,
  CaseOutcome,
  CaseRow,
  CasePolicy,
  CaseShare,
  CaseState,
  Due,
  Duty,
  FactColumns,
  OutcomeGroup,
  OutcomeReport,
  QueueOptions,
  QueueReport,
  QueueRow,
  StoredPolicy,
  TrailEntry,
  When,
} from "./case.js";
export { Desk, type CaseEffect } from "./desk.js";
export { type ErrorCode, HeedfulError } from "./error.js";
export type { AlertSource, Happening, Severity } from "./happening.js";
export type { MetricLike } from "./metric.js";
export {
  type Happened,
  type CustomerPast,
  type Playbook,
  type PlaybookEffect,
  type PlaybookRun,
  Playbooks,
  type PlaybookStep,
  type RunChange,
  type RunStep,
} from "./playbooks.js";
export { type Judged, type Level, type ObserveColumns, Pulse, type PulseAlertRow, type PulseCounts } from "./pulse.js";
export type { PulseOptions, PulseRow, PulseRule, PulseWhen } from "./pulse.js";
export type { ReasonOf, WhyReasons } from "./row-reasons.js";
export type { Interval } from "./score.js";
export type { CompiledModule, ModuleSource } from "./source.js";
export type { Cell, Columns, Responses, Roles, Rows, Table } from "./table.js";
export type { TimeLike } from "./times.js";

/** The version of the engine that acts. */
export function version(): string {
  return call((module) => module.version());
}
