// What the entry points of `heedful/text` export beside their own `init`: comments.
import { call } from "./text-engine.js";
import { fieldsOf, HeedfulError } from "./error.js";
import { camel, decode, encode, escapeText } from "./json.js";
import type { MetricLike } from "./metric.js";
import { isValues, open, type Table } from "./table.js";
import { groupsOf, type Labels, labelsOf, optionsOf, type Texts, textsOf } from "./comments.js";

export type { Claim, Claims, Classifier } from "./classifier.js";
export { type Labels, type Language, type Texts } from "./comments.js";
export { type ErrorCode, HeedfulError } from "./error.js";
export * from "./reasons.js";
export type { CompiledModule, ModuleSource } from "./source.js";
export * from "./study.js";
export type { MetricLike } from "./metric.js";
export type { Cell, Columns, Responses, Roles, Table } from "./table.js";
export { attach, type AttachOptions, withReason, type WithReasonOptions } from "./taxonomy.js";

/** The version of the engine that reads comments. */
export function version(): string {
  return call((module) => module.version());
}

/** What identifies a person. */
export interface PrivateSpan {
  kind: "email" | "url" | "card" | "iban" | "ip" | "phone" | "number" | "name" | (string & {});
  /** Where it starts and ends, in the text as JavaScript counts: `text.slice(start, end)`. */
  start: number;
  end: number;
}

/** What a redactor knows beside the text. */
export interface RedactOptions {
  /** Names of persons, in any spelling of upper and lower case; each word of a name counts by itself. */
  names?: readonly string[];
}

/** Finds what identifies a person: in one text, or in each of a list. */
export function privateSpans(text: string, options?: RedactOptions): PrivateSpan[];
export function privateSpans(texts: Texts, options?: RedactOptions): PrivateSpan[][];
export function privateSpans(texts: string | Texts, options: RedactOptions = {}): PrivateSpan[] | PrivateSpan[][] {
  const { names = [] } = fieldsOf(options);
  const list = typeof texts === "string" ? [texts] : textsOf(texts);
  const found = decode(call((module) => module.private_spans(list, textsOf(names, "names")))) as PrivateSpan[][];
  return typeof texts === "string" ? (found[0] ?? []) : found;
}

/**
 * A text, or each of a list, with `[email]`, `[phone]` and so on in place of what identifies a person.
 *
 * @example
 * redact("Anna (anna@mail.example) waited 40 minutes", { names: ["Anna"] }); // "[name] ([email]) waited 40 minutes"
 */
export function redact(text: string, options?: RedactOptions): string;
export function redact(texts: Texts, options?: RedactOptions): (string | null)[];
export function redact(texts: string | Texts, options: RedactOptions = {}): string | (string | null)[] {
  if (typeof texts === "string") return without(texts, privateSpans(texts, options));
  const found = privateSpans(texts, options);
  return Array.from(texts, (text, row) => (text ? without(text, found[row] ?? []) : (text ?? null)));
}

function without(text: string, spans: PrivateSpan[]): string {
  const starts = [0, ...spans.map(({ end }) => end)];
  return starts.map((start, at) => text.slice(start, spans[at]?.start) + (spans[at] ? `[${spans[at].kind}]` : "")).join("");
}

/** How feelings are read. */
export interface SentimentOptions {
  /** Of the comments: `en` (default), `de`, `fr`, `es`; others are read by signs and your own words. */
  language?: string;
  /** Values of words and phrases, -1 to 1, before those of the lists; 0 makes a word neutral. */
  words?: { readonly [word: string]: number };
}

/** A part of a comment that feels one way. */
export interface FeelingClause {
  start: number;
  end: number;
  value: number | null;
  strength: number;
  mood: "statement" | "question" | "request" | (string & {});
  /** The sentence that it is part of, counted from 0. */
  sentence: number;
  /** Whether it stands against the one before ("but"). */
  contrast: boolean;
}

/** An emotion and where the comment names it. */
export interface EmotionMention {
  emotion:
    | "satisfied" | "delighted" | "grateful" | "relieved" | "valued" | "disappointed" | "confused" | "anxious" | "angry"
    | "disgusted" | "betrayed" | "surprised" | (string & {});
  /** Above 0 and up to 1. */
  intensity: number;
  start: number;
  end: number;
}

/** What a comment says about how its writer feels. Positions are JavaScript's: `comment.slice(start, end)`. */
export interface Feeling {
  /** From -1 to 1; `null` where nothing is felt, which is not the same as 0: good and bad in balance. */
  value: number | null;
  strength: number;
  band: "very_negative" | "negative" | "neutral" | "positive" | "very_positive" | null;
  /** Whether there is good and bad in it. */
  mixed: boolean;
  clauses: FeelingClause[];
  emotions: EmotionMention[];
}

/**
 * How the writers of comments feel: of one comment, or of each of a list.
 *
 * @example
 * sentiment("Great food, but terrible service").mixed; // true
 */
export function sentiment(comment: string, options?: SentimentOptions): Feeling;
export function sentiment(comments: Texts, options?: SentimentOptions): (Feeling | null)[];
export function sentiment(comments: string | Texts, options: SentimentOptions = {}): Feeling | (Feeling | null)[] {
  const list = typeof comments === "string" ? [comments] : textsOf(comments);
  const found = decode(call((module) => module.sentiment(list, optionsOf(options)))) as (Feeling | null)[];
  return typeof comments === "string" ? (found[0] as Feeling) : found;
}

/** How keywords are looked for. */
export interface KeywordOptions {
  /** The group of each comment: a band, a month, a region. */
  by: readonly (string | number | boolean | null | undefined)[];
  /** Of the comments; `en` where not given. */
  language?: string;
  /** Words in the longest phrase, 1 to 5; 3 where not given. */
  words?: number;
  /** Comments in which a word or phrase must stand; 5 where not given. */
  minimumComments?: number;
  /** How closely the words of a phrase must belong together, -1 to 1; 0.25 where not given. */
  association?: number;
  /** How p-values are corrected. */
  adjustment?: "benjamini_hochberg" | "benjamini_yekutieli" | "holm" | "hochberg" | "bonferroni";
  /** The greatest corrected p-value that is listed; 0.05 where not given. */
  alpha?: number;
  /** The most keywords of a group; 25 where not given. */
  most?: number;
  /** Comments named with each keyword; 3 where not given. */
  examples?: number;
}

/** A word or phrase that a group writes more often than the others. */
export interface Keyword {
  group: string | number | boolean | null;
  term: string;
  comments: number;
  restComments: number;
  share: number;
  restShare: number;
  /** 1 is twice as often as in the others, 2 four times. */
  logRatio: number;
  g2: number;
  pValue: number;
  pAdjusted: number;
  association: number | null;
  /** Rows of comments that have it. */
  examples: number[];
}

/** How keywords of a table are looked for. */
export interface TableKeywordOptions extends Omit<KeywordOptions, "by"> {
  /** The column of comments; the one with that role where not given. */
  comment?: string;
  /** The column of ratings; the one with that role where not given. */
  rating?: string;
  /** Whose bands the ratings are in; `nps` where not given. */
  metric?: MetricLike;
  /** `band` (default) for the bands of the ratings; any other name, or `band` without ratings, is a column. */
  by?: string;
}

/**
 * What each group of comments writes more often than the others: groups beside a list of comments, or the bands of
 * the ratings in a table.
 *
 * @example
 * keywords(comments, { by: bands });
 * keywords(responses, { comment: "text", rating: "score", metric: "nps" });
 */
export function keywords(comments: Texts, options: KeywordOptions): Keyword[];
export function keywords(data: Table, options?: TableKeywordOptions): Keyword[];
export function keywords(data: Texts | Table, options: KeywordOptions | TableKeywordOptions = {}): Keyword[] {
  if (isValues(data)) {
    const { by, ...rest } = fieldsOf(options) as KeywordOptions;
    const texts = textsOf(data as Texts);
    return keywordsOf(texts, groupsOf(by, texts), rest);
  }
  const { roles, column } = open(data);
  const { comment = roles.comment, rating = roles.rating, metric = "nps", by = "band", ...rest } = fieldsOf(options) as TableKeywordOptions;
  if (comment === undefined) {
    throw new HeedfulError("missing-column", "no column is named as `comment`", { path: "comment" });
  }
  const texts = textsOf(Array.from(column(comment)) as Texts, comment);
  return keywordsOf(texts, by === "band" && rating !== undefined ? bandsOf(column(rating), metric, rating) : Array.from(column(by)), rest);
}

function keywordsOf(texts: unknown[], groups: unknown[], options: object): Keyword[] {
  return camel(decode(call((module) => module.keywords(texts, groups, optionsOf(options))))) as Keyword[];
}

function bandsOf(ratings: ArrayLike<unknown>, metric: MetricLike, path: string): unknown[] {
  const list = Array.from(ratings, (rating) => (typeof rating === "bigint" ? Number(rating) : rating));
  return decode(call((module) => module.bands(list, encode(metric), escapeText(path)))) as unknown[];
}

/** A number and how sure it is. */
export interface Measure {
  value: number | null;
  interval: { lower: number; upper: number; confidence: number; method: string } | null;
}

/** Precision, recall and their harmonic mean. */
export interface Average {
  precision: Measure;
  recall: Measure;
  f1: Measure;
}

/** How well one reason was found. */
export interface ReasonQuality extends Average {
  reason: string;
  support: number;
  found: number;
  right: number;
  kappa: number | null;
}

/** How good a mapping is. */
export interface Evaluation {
  n: number;
  /** Comments left out because the reasons are not known on one side. */
  missing: number;
  reasons: ReasonQuality[];
  micro: Average;
  macroAverage: Average;
  /** The share of comments whose reasons were found exactly. */
  exact: Measure;
  /** Who was taken for whom; the last row and column stand for none. */
  confusion: { reasons: string[]; counts: number[][] } | null;
}

/** How sure an evaluation is to be told. */
export interface EvaluateOptions {
  confidence?: number;
  /** Bootstrap replicates, from 100; 0 for none; 1000 where not given. */
  replicates?: number;
  seed?: number;
}

/** Compares the reasons that were found with those that are known. */
export function evaluate(known: Labels, found: Labels, options: EvaluateOptions = {}): Evaluation {
  const lists = [labelsOf(known, "known"), labelsOf(found, "found")] as const;
  return camel(decode(call((module) => module.evaluate(...lists, optionsOf(options))))) as Evaluation;
}
