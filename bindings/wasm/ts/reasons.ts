// Taxonomies and what they find.
import { call, life } from "./text-engine.js";
import { type Labels, labelsOf, type Language, listOf, optionsOf, type Texts, textsOf } from "./comments.js";
import { HeedfulError } from "./error.js";
import { camel, decode, encode, escapeText, parse } from "./json.js";

/** Why customers feel as they do, as a tree. The starters of the package are such documents. */
export interface Taxonomy {
  id: string;
  name?: string | { readonly [language: string]: string } | undefined;
  /** Of names and terms that do not say theirs; `en` where not given. */
  language?: Language | undefined;
  reasons: readonly Reason[];
}

/** A leaf or a branch of a taxonomy. */
export interface Reason {
  id: string;
  name?: string | { readonly [language: string]: string } | undefined;
  labels?: readonly string[] | undefined;
  /** What comments say that speak of it: `"price"`, `"expens*"`, `"wait* * minutes"`. */
  terms?: readonly string[] | { readonly [language: string]: readonly string[] } | undefined;
  examples?: readonly string[] | { readonly [language: string]: readonly string[] } | undefined;
  touchpoints?: readonly string[] | undefined;
  metrics?: readonly string[] | undefined;
  reasons?: readonly Reason[] | undefined;
}

/** How a taxonomy is read in comments. */
export interface MapperOptions {
  /** Of comments for which none is given; that of the taxonomy where not set. */
  language?: Language;
  /** Forgives one typing error in words of 5 letters or more. */
  typos?: boolean;
  /** Reads the feeling about each reason; `true` where not given. */
  sentiment?: boolean;
  /** Leaves out reasons that are not asked for with this metric. */
  metric?: string;
}

/** What is known beside the comments: lists with an entry for each. */
export interface Given {
  /** What customers clicked. */
  clicks?: Labels;
  /** What a person gave after reading; an empty list says "none of these". */
  manual?: Labels;
  /** Where comments were made: one for all, or a list. */
  touchpoint?: string | Texts;
  /** In which language comments are: one for all, or a list. */
  language?: Language | readonly (Language | null | undefined)[];
}

/** One reason of one comment. */
export interface Mapping {
  /** The comment, counted from 0. */
  row: number;
  reason: string;
  /** The branch above it; `null` at the top. */
  parent: string | null;
  /** Whether it is the main reason of the comment. */
  main: boolean;
  source: "click" | "manual" | "model" | "terms";
  /** 0 to 1. */
  confidence: number;
  /** The feeling about it, -1 to 1. */
  sentiment: number | null;
  /** The words that made it so, the first of them: `comment.slice(start, end)`. */
  start: number | null;
  end: number | null;
  /** All of them: starts and ends. */
  spans: [number, number][];
}

/** How often a reason comes up. */
export interface ReasonTotal {
  reason: string;
  name: string;
  parent: string | null;
  /** 0 at the top. */
  level: number;
  /** Responses that mention it or what is below it. */
  mentions: number;
  /** Of the responses that have any reason. */
  mentionShare: number | null;
  mentionInterval: { lower: number; upper: number } | null;
  /** Responses whose main reason it is, or what is below it. */
  main: number;
  mainShare: number | null;
  mainInterval: { lower: number; upper: number } | null;
  sentiment: number | null;
}

/** How a mapper learns. */
export interface FitOptions {
  /** Of the comments; the mapper's where not given. */
  language?: Language;
  /** What thresholds are chosen for: `"f1"`, `{ recall: 0.9 }`, `{ precision: 0.9 }`. */
  aim?: "f1" | { recall: number } | { precision: number } | { probability: number };
  /** What a comment that has a reason weighs against one that has not; `moderate` where not given. */
  classWeight?: "equal" | "moderate" | "balanced";
  /** How much an error costs against a large weight, above 0. */
  cost?: number;
  /** Shortest and longest group of characters inside words; `[0, 0]` for none. */
  grams?: readonly [number, number];
  /** How far apart two words may stand to be a pair; 0 for no pairs. */
  window?: number;
  /** A feature in fewer comments than this is not used. */
  least?: number;
  /** At most so many features. */
  most?: number;
  folds?: number;
  passes?: number;
  seed?: number;
  /** Refines what was learned before; otherwise learns afresh. */
  more?: boolean;
}

/** How topics are looked for. */
export interface DiscoverOptions {
  language?: Language;
  /** The most topics; 20 where not given. */
  most?: number;
  /** Comments that a topic needs; 5 where not given. */
  minimumComments?: number;
  /** Words in the longest phrase, 1 to 5; 2 where not given. */
  words?: number;
  /** Comments named of each kind of example; 3 where not given. */
  examples?: number;
  /** Leaves out comments in which this mapper finds a reason. */
  known?: ReasonMapper;
  /** With `known`: looks within the comments that mention this reason instead. */
  within?: string;
  /** With `known`: the group of each comment, for homogeneity by group. */
  by?: readonly (string | number | boolean | null | undefined)[];
}

/** A candidate for a reason. */
export interface Topic {
  name: string;
  terms: { text: string; comments: number; lift: number | null }[];
  comments: number;
  share: number;
  homogeneity: number | null;
  /** The comments, as rows. */
  rows: number[];
  representative: number[];
  diverse: number[];
}

/** What comments are about. */
export interface Topics {
  topics: Topic[];
  /** Comments that were read. */
  comments: number;
  /** Rows that no topic has. */
  rest: number[];
  homogeneity: number | null;
  byGroup: { group: string | number | boolean | null; comments: number; value: number | null }[];
}

type Handle = ReturnType<typeof prepare>;

function prepare(taxonomy: string, options: string, model: Uint8Array | undefined) {
  return call((module) => new module.Mapper(taxonomy, options, model));
}

// `using mapper = new ReasonMapper(...)`, in environments that declare it.
type Disposer = typeof Symbol extends { readonly dispose: infer D extends symbol } ? { [name in D]: () => void } : object;

export interface ReasonMapper extends Disposer {}

/**
 * A taxonomy prepared to be found in comments: once, for as many comments as there are. It holds memory of the module
 * until it is collected, or `free()` is called.
 *
 * @example
 * const mapper = new ReasonMapper(taxonomy, { typos: true });
 * mapper.read("The food was great, but we waited forty minutes"); // on every keystroke
 * mapper.map(comments, { clicks });                               // a row for each comment and reason
 */
export class ReasonMapper {
  // What the mapper is made of stays on this side: another instance of the module can be given it.
  #document: string;
  readonly #options: string;
  #model: Uint8Array | undefined;
  #parents = new Map<string, string>();
  #handle: Handle | undefined;
  #life = 0;

  /** Prepares a taxonomy, with the bytes of a trained model or without. */
  constructor(taxonomy: Taxonomy, options: MapperOptions = {}, model?: Uint8Array) {
    this.#document = encode(taxonomy ?? null);
    this.#options = optionsOf(options);
    this.#model = model;
    this.#mapper();
    this.#learnParents();
  }

  /** The taxonomy, with the reasons that were learned. */
  get taxonomy(): Taxonomy {
    return parse(this.#document) as Taxonomy;
  }

  /** The reasons of one comment, the main one first. Made for fields that are typed into: words are remembered. */
  read(comment: string): Mapping[] {
    const [text] = textsOf([comment], "comment");
    const mapper = this.#mapper();
    return this.#mappings(call(() => mapper.read(text ?? "")));
  }

  /** The reasons of comments: a row for each comment and reason, the main one of each comment first. */
  map(comments: Texts, given: Given = {}): Mapping[] {
    const [texts, known] = beside(comments, given);
    const mapper = this.#mapper();
    return this.#mappings(call(() => mapper.map(texts, known)));
  }

  /** How often each reason comes up in comments, in the order of the taxonomy. */
  totals(comments: Texts, given: Given = {}): ReasonTotal[] {
    const [texts, known] = beside(comments, given);
    const mapper = this.#mapper();
    const totals = camel(decode(call(() => mapper.totals(texts, known)))) as (ReasonTotal & { id: string })[];
    return totals.map(({ id, ...rest }) => ({ ...rest, reason: id }));
  }

  /**
   * Learns from comments with known reasons. About the reasons that it has learned the model is trusted and terms are
   * silent; reasons that the taxonomy lacks are added to its top.
   */
  fit(comments: Texts, labels: Labels, options: FitOptions = {}): this {
    const [texts, known] = [textsOf(comments), labelsOf(labels, "labels")];
    const mapper = this.#mapper();
    const { more = false, ...rest } = options;
    const document = optionsOf({ ...rest, language: rest.language ?? mapper.language() });
    // A response without a comment teaches nothing.
    const taught = known.map((ids, row) => (texts[row] === null ? null : ids));
    call(() => mapper.fit(texts, taught, document, more));
    this.#model = call(() => mapper.model());
    this.#document = encode(decode(call(() => mapper.taxonomy())));
    this.#learnParents();
    return this;
  }

  /**
   * The best reason of each comment by what was learned; with `abstain` only where it is sure. `null` where there is
   * no comment, or it has no word that is known.
   */
  predict(comments: Texts, options: { abstain?: boolean } = {}): (string | null)[] {
    const texts = textsOf(comments);
    const mapper = this.#mapper();
    const best = decode(call(() => mapper.predict(texts, options.abstain ?? false))) as (string | null)[] | null;
    if (best === null) throw new HeedfulError("invalid-argument", "there is no trained model: `fit` comes first");
    return best;
  }

  /** The trained model, to be stored and given to the constructor with the same taxonomy; `undefined` without one. */
  toBytes(): Uint8Array | undefined {
    return this.#model?.slice();
  }

  /** Gives the memory of the module back; the mapper cannot be used any more. */
  free(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    if (this.#life === life()) handle?.free();
    this.#life = -1;
  }

  /** @internal */
  discover(texts: Texts, within: string | undefined, by: unknown[], options: string): unknown {
    const mapper = this.#mapper();
    return call(() => mapper.discover(texts as (string | null)[], within, by, options));
  }

  // The prepared taxonomy, prepared again where the module was started anew after a trap.
  #mapper(): Handle {
    if (this.#life === -1) throw new HeedfulError("invalid-argument", "the mapper was freed");
    if (this.#handle === undefined || this.#life !== life()) {
      this.#handle = prepare(this.#document, this.#options, this.#model);
      this.#life = life();
    }
    return this.#handle;
  }

  #mappings(document: unknown): Mapping[] {
    const found = decode(document) as Omit<Mapping, "parent">[];
    return found.map(({ row, reason, ...rest }) => ({ row, reason, parent: this.#parents.get(reason) ?? null, ...rest }));
  }

  #learnParents(): void {
    const visit = (reasons: readonly Reason[], parent?: string) => {
      for (const { id, reasons: below = [] } of reasons) {
        if (parent !== undefined) this.#parents.set(id, parent);
        visit(below, id);
      }
    };
    visit(this.taxonomy.reasons);
  }
}

const { dispose } = Symbol as { dispose?: symbol };
if (dispose !== undefined) Object.defineProperty(ReasonMapper.prototype, dispose, { value: ReasonMapper.prototype.free });

/**
 * What comments are about, without a taxonomy or beyond one: candidates for reasons.
 *
 * @example
 * discover(comments, { known: mapper }).topics.map(({ name, comments }) => [name, comments]);
 */
export function discover(comments: Texts, options: DiscoverOptions = {}): Topics {
  const { known, within, by, ...rest } = options;
  const [texts, document] = [textsOf(comments), optionsOf(rest)];
  if (known === undefined && (within !== undefined || by !== undefined)) {
    throw new HeedfulError("invalid-argument", "`within` and `by` need a mapper", { path: "known" });
  }
  const groups = by === undefined ? [] : listOf(by, "by");
  const found =
    known === undefined
      ? call((module) => module.discover(texts, document))
      : known.discover(texts, within === undefined ? undefined : escapeText(within), groups, document);
  return camel(decode(found)) as Topics;
}

// Comments, and what is known beside them in the order that the module takes it.
function beside(comments: Texts, given: Given): [(string | null)[], unknown[]] {
  const texts = textsOf(comments);
  const { clicks, manual, touchpoint, language } = given;
  const each = (value: string | Texts | undefined, path: string) => {
    if (value === undefined) return undefined;
    const list = textsOf(typeof value === "string" ? texts.map(() => value) : value, path);
    return list.map((text) => (text === null ? null : escapeText(text)));
  };
  const known = [
    clicks && labelsOf(clicks, "clicks"),
    manual && labelsOf(manual, "manual"),
    each(touchpoint, "touchpoint"),
    each(language, "language"),
  ];
  return [texts, known];
}
