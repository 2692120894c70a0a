// What those look at who make taxonomies and models: words, who is held out, how coders agree, learned sentiment.
import { call, life } from "./text-engine.js";
import { type Labels, labelsOf, type Language, listOf, optionsOf, type Texts, textsOf, whole } from "./comments.js";
import { fieldsOf, HeedfulError } from "./error.js";
import { disposable, type Disposer } from "./disposer.js";
import { Held } from "./held.js";
import { decode, escapeText } from "./json.js";
import type { EvaluateOptions, Measure, SentimentOptions } from "./text-api.js";

/** A word or sign of a comment. */
export interface Token {
  /** The comment, counted from 0. */
  row: number;
  kind:
    | "word" | "number" | "emoji" | "emoticon" | "hashtag" | "mention" | "url" | "email" | "punctuation" | "gram"
    | (string & {});
  /** In lower case, elongations cut, entities decoded. */
  folded: string;
  /** Words with the same stem are the same to taxonomies and models. */
  stem: string;
  /** Whether it is a word that says nothing by itself. */
  stop: boolean;
  /** Whether it is in capitals. */
  upper: boolean;
  /** Whether a letter is repeated three times or more ("soooo"). */
  elongated: boolean;
  /** Where it stands: `comment.slice(start, end)`. */
  start: number;
  end: number;
}

/**
 * The words and signs of comments, as everything else here reads them. Of scripts without spaces each pair of characters is one.
 *
 * @example
 * tokens(["Soooo late 😡"]).map(({ stem }) => stem); // ["soo", "late", "😡"]
 */
export function tokens(comments: Texts, options: { language?: Language } = {}): Token[] {
  const { language = "en" } = fieldsOf(options);
  const texts = textsOf(comments);
  return decode(call((module) => module.tokens(texts, escapeText(language, "language")))) as Token[];
}

/** Two sides of a list of comments, as rows. */
export interface Split {
  /** To learn from. */
  train: number[];
  /** To measure on. */
  test: number[];
}

/**
 * Holds out about a `share` (0.2) of labelled comments, to measure on what was not learned from. The same text but for case,
 * spacing and punctuation is never on both sides, and every reason is parted in about the same proportion.
 */
export function split(comments: Texts, labels: Labels, options: { share?: number; seed?: number } = {}): Split {
  const [texts, known] = [textsOf(comments), labelsOf(labels, "labels")];
  const taught = known.map((ids, row) => (texts[row] === null ? null : ids));
  const { share = 0.2, seed = 0 } = fieldsOf(options);
  return decode(call((module) => module.split(texts, taught, share, whole(seed, "seed")))) as Split;
}

/** How well coders agree on one question. */
export interface Agreed {
  /** The share (0 to 1) of pairs of codings of the same comment that are equal. */
  share: Measure;
  /** Cohen's kappa; for two coders only. */
  kappa: Measure;
  /** Krippendorff's alpha for nominal data. */
  alpha: Measure;
}

/** How well coders agree. */
export interface Agreement {
  /** Comments that at least two coders coded. */
  n: number;
  /** On all reasons of a comment at once. */
  overall: Agreed;
  /** On each reason. */
  reasons: (Agreed & { reason: string })[];
}

/**
 * How well two or more coders agree, neither of whom is right by definition; a mapper is one by its `labels`.
 *
 * @example
 * agreement([["price", "staff"], ["price", "price"]]).overall.kappa.value; // 0
 */
export function agreement(coders: readonly Labels[], options: EvaluateOptions = {}): Agreement {
  const lists = listOf(coders, "coders").map((labels) => labelsOf(labels as Labels, "coders"));
  const made = decode(call((module) => module.agreement(lists, optionsOf(options)))) as Omit<Agreement, "reasons"> & { reasons: [string, Agreed][] };
  return { ...made, reasons: made.reasons.map(([reason, agreed]) => ({ reason, ...agreed })) };
}

/** How sentiment is learned. */
export interface FitSentimentOptions extends SentimentOptions {
  /** Of the ratings: a name such as `"0-10"` (where not given) or `"1-5"`, or points. */
  scale?: string | { points: readonly number[]; labels?: readonly (string | null)[] };
  /** Above 0; the more, the less single words are trusted; 3 where not given. */
  penalty?: number;
}

/** Ratings beside comments; missing are `null`, `undefined` and NaN. */
export type Ratings = ArrayLike<number | null | undefined>;

/** A word, or two neighbours, of a learned sentiment. */
export interface TopWord {
  word: string;
  weight: number;
  /** Comments that have it. */
  comments: number;
}

export interface SentimentModel extends Disposer {}

/** Sentiment that was learned from ratings: see {@link fitSentiment}. It holds memory of the module, as a mapper does. */
export class SentimentModel {
  readonly #bytes: Uint8Array;
  readonly #held: Held<ReturnType<typeof stored>>;

  /** A model that was stored by `toBytes`, of this or an earlier version. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes.slice();
    this.#held = new Held("model", life, () => stored(this.#bytes));
  }

  /** The rating that each comment stands for, the lowest of the scale as -1 and the highest as 1; `null` where it says nothing. */
  predict(comments: Texts): (number | null)[] {
    const texts = textsOf(comments);
    const model = this.#held.get();
    return decode(call(() => model.values(texts))) as (number | null)[];
  }

  /** The words and pairs that weigh most: the lowest, then the highest. */
  topWords(most = 20): TopWord[] {
    const model = this.#held.get();
    return decode(call(() => model.top_words(whole(most, "most")))) as TopWord[];
  }

  /** How many rated comments it learned from. */
  get comments(): number {
    const model = this.#held.get();
    return call(() => model.comments());
  }

  /** The model, to be stored. */
  toBytes(): Uint8Array {
    return this.#bytes.slice();
  }

  /** Gives the memory of the module back; the model cannot be used any more. */
  free(): void {
    this.#held.free();
  }
}

disposable(SentimentModel);

function stored(bytes: Uint8Array) {
  return call((module) => module.SentimentModel.stored(bytes));
}

/**
 * Learns sentiment from the ratings that came with the comments: no labelling. Rows without comment or rating are passed over;
 * 20 rated comments are the least.
 *
 * @example
 * fitSentiment(comments, scores, { scale: "0-10" }).predict(["the engineer never came"]); // [-0.8]
 */
export function fitSentiment(comments: Texts, ratings: Ratings, options: FitSentimentOptions = {}): SentimentModel {
  const [texts, numbers, document] = [textsOf(comments), ratingsOf(ratings), fitOptions(options)];
  const made = call((module) => module.SentimentModel.fit(texts, numbers, document));
  try {
    return new SentimentModel(call(() => made.bytes()));
  } finally {
    made.free();
  }
}

/** What learned sentiment says of comments that it has not learned from. */
export interface HeldOut {
  /** For each row; `null` without comment or rating. */
  predicted: (number | null)[];
  /** Rated comments. */
  n: number;
  /** Pearson's correlation with the ratings; `null` where either does not vary. */
  correlation: number | null;
}

/** How good `fitSentiment` is: every comment is predicted by a model that learned from the others, in `folds` (5) parts. */
export function crossValidateSentiment(
  comments: Texts,
  ratings: Ratings,
  options: FitSentimentOptions & { folds?: number } = {},
): HeldOut {
  const { folds = 5, ...rest } = fieldsOf(options);
  const [texts, numbers, document] = [textsOf(comments), ratingsOf(ratings), fitOptions(rest)];
  return decode(call((module) => module.cross_validate_sentiment(texts, numbers, document, whole(folds, "folds")))) as HeldOut;
}

function fitOptions(options: FitSentimentOptions): string {
  const { scale = "0-10", penalty, ...sentiment } = fieldsOf(options);
  return optionsOf({ scale, penalty, sentiment });
}

function ratingsOf(ratings: Ratings): Float64Array {
  if (!Array.isArray(ratings) && !ArrayBuffer.isView(ratings)) {
    throw new HeedfulError("invalid-argument", "a list is needed", { path: "ratings" });
  }
  return Float64Array.from(ratings as ArrayLike<unknown>, (rating, row) => {
    if (rating === null || rating === undefined) return NaN;
    if (typeof rating === "number") return rating;
    throw new HeedfulError("column-type", "a rating is a number", { path: "ratings", row });
  });
}
