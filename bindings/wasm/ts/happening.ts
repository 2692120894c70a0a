// What was seen by ratings, reasons, pulse, health and detectors, in the one form that `Alerts.take` takes.

/** How bad something is. */
export type Severity = "low" | "medium" | "high" | "critical";

/** What saw it. */
export type AlertSource = "rating" | "reason" | "pulse" | "health" | "anomaly";

/** Something that may become an alert, or end one. */
export interface Happening {
  source: AlertSource;
  /** The rule or alarm, or what the anomaly is of. */
  rule: string;
  /** Milliseconds since 1970. */
  at: number;
  /** `medium` where not given. */
  severity?: Severity;
  /** The account, project or contact. */
  subject?: string | null;
  customers?: readonly string[];
  response?: string | null;
  /** What it has in common with others of one storm; the rule where not given. */
  cause?: string;
  /** It says that what was seen before is over. */
  over?: boolean;
  /** It in a sentence. */
  why?: string;
  /** The numbers behind it, by name. */
  evidence?: { readonly [name: string]: number };
}
