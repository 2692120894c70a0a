// Any other source of reasons: a language model, a hosted service.
import { HeedfulError } from "./error.js";
import { escapeText } from "./json.js";

/** What a classifier says of a comment. */
export interface Claim {
  /** The id of a reason of the taxonomy. */
  reason: string;
  /** How sure it is, 0 to 1. */
  confidence: number;
  /** The words that made it think so: starts and ends, as `slice` counts. */
  spans?: readonly (readonly [number, number])[] | undefined;
}

/** The claims of each comment, in order; an empty list, or nothing, where there are none. */
export type Claims = readonly (readonly Claim[] | null | undefined)[];

/**
 * Tells the reasons of a batch of comments, in order; missing comments are not asked about. What it throws comes out of
 * the call that asked it.
 */
export type Classifier = (comments: string[]) => Claims | Promise<Claims>;

/** Checks claims and brings them into the form of the module: for each text lists of reason, confidence, starts and ends. @internal */
export function packClaims(claims: unknown, texts: number): unknown[][][] {
  if (claims instanceof Promise || typeof (claims as { then?: unknown } | null)?.then === "function") {
    const message = "the classifier answers later: give `claims: await mapper.classify(comments)`";
    throw new HeedfulError("invalid-argument", message, { path: "classifier" });
  }
  if (!Array.isArray(claims)) throw new HeedfulError("column-type", "claims come as a list for each comment", { path: "classifier" });
  if (claims.length !== texts) {
    const message = `the classifier answered ${claims.length} of ${texts} texts`;
    throw new HeedfulError("length-mismatch", message, { path: "classifier" });
  }
  return Array.from(claims, (each: unknown, row) => {
    if (each === null || each === undefined) return [];
    const refused = () => new HeedfulError("column-type", "a claim is a reason with a confidence, and spans", { path: "classifier", row });
    if (!Array.isArray(each)) throw refused();
    return each.map((claim: Partial<Claim> | null) => {
      const { reason, confidence, spans = [] } = claim ?? {};
      const fine = Array.isArray(spans) && spans.every((span) => Array.isArray(span) && span.length === 2);
      if (typeof reason !== "string" || typeof confidence !== "number" || !fine) throw refused();
      return [escapeText(reason), confidence, ...(spans as number[][]).flat()];
    });
  });
}
