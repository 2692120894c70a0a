// The one error class of the package.

/** The stable codes of errors, the same in every language. */
export type ErrorCode =
  | "invalid-argument"
  | "invalid-config"
  | "unknown-name"
  | "missing-column"
  | "duplicate-column"
  | "column-type"
  | "length-mismatch"
  | "rating-out-of-range"
  | "rating-ambiguous"
  | "rating-invalid"
  | "weight-invalid"
  | "scale-mismatch"
  | "date-invalid"
  | "date-ambiguous"
  | "date-mixed"
  | "time-zone"
  | "csv"
  | "json"
  | "encoding"
  | "io"
  | "mixed-kinds"
  | "too-few"
  | "too-many"
  | "target-mismatch"
  | "no-convergence"
  | "duplicate-key"
  | "answer-invalid"
  | "answer-required"
  | "wrong-step"
  | "illegal-transition"
  | "state-version"
  | "internal";

/**
 * What every function of this package throws for input that it refuses.
 *
 * @example
 * try {
 *   nps([10, 11]);
 * } catch (error) {
 *   if (error instanceof HeedfulError) console.log(error.code, error.row); // "rating-out-of-range" 1
 * }
 */
export class HeedfulError extends Error {
  override readonly name = "HeedfulError";
  /** What went wrong; new codes may come with later versions. */
  readonly code: ErrorCode | (string & {});
  /** Where in the input: a column, or a path in the options such as `metric.rule`; empty where neither applies. */
  readonly path: string;
  /** The row of the data, counted from 0, where one row is to blame. */
  readonly row: number | null;
  /** The line of the file, counted from 1, where a file was read. */
  readonly line: number | null;

  /** @internal */
  constructor(code: string, message: string, place: { path?: string; row?: number | null; line?: number | null } = {}) {
    super(message);
    this.code = code;
    this.path = place.path ?? "";
    this.row = place.row ?? null;
    this.line = place.line ?? null;
  }
}

/** An object with fields, as options are, and not what else was given in its place. @internal */
export function fieldsOf<T>(options: T, path = "options"): T {
  if (typeof options === "object" && options !== null && !Array.isArray(options)) return options;
  throw new HeedfulError("invalid-argument", "an object is needed", { path });
}
