// Taxonomies and what they find.
import { call, life } from "./text-engine.js";
import { type Claim, type Claims, type Classifier, packClaims } from "./classifier.js";
import { groupsOf, type Labels, labelsOf, type Language, optionsOf, type Texts, textsOf, whole } from "./comments.js";
import { fieldsOf, HeedfulError } from "./error.js";
import { disposable, type Disposer } from "./disposer.js";
import { Held } from "./held.js";
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
  terms?: readonly Term[] | { readonly [language: string]: readonly Term[] } | undefined;
  examples?: readonly string[] | { readonly [language: string]: readonly string[] } | undefined;
  touchpoints?: readonly string[] | undefined;
  metrics?: readonly string[] | undefined;
  reasons?: readonly Reason[] | undefined;
}

/**
 * What a reason sounds like: a text, or one with conditions. In the text `*` leaps over up to three words, `deliver*` is what
 * begins so, `=us` this form only, `slow|late` one or the other; `+battery` must stand in the same clause, `-free` must not.
 */
export type Term =
  | string
  | {
      term: string;
      /** Where the words after `+` and `-` are looked for; `clause` where not given. */
      within?: "clause" | "comment" | undefined;
      /** `true`: only where it is denied ("no problem"), `false`: only where it is not. */
      negated?: boolean | undefined;
    };

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
  /**
   * Any other source of reasons, trusted more than terms. One that answers at once is asked by every call; of one that
   * answers later the claims are given: `mapper.map(comments, { claims: await mapper.classify(comments) })`.
   */
  classifier?: Classifier;
  /** The reasons that the classifier can tell: about these terms are silent. */
  reasons?: readonly string[];
  /** The least confidence that a claim needs, 0 to 1; 0 where not given. */
  leastConfidence?: number;
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
  /** What a classifier says of each comment: see {@link ReasonMapper.classify}. */
  claims?: Claims;
  /** Counts reasons below this level of the tree as the branch above them; 0 is the top. */
  level?: number;
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
  /** The group of each comment, for homogeneity by group. */
  by?: readonly (string | number | boolean | null | undefined)[];
  /** With `known`: what its classifier says of each comment, where that answers later. */
  claims?: Claims;
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
  /** The topic as an entry of a taxonomy: see {@link withReason}. */
  reason: Reason;
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

/** What is wrong with a term, or looks so. */
export interface LintFinding {
  /**
   * `dead` (it can never match), `stop_words`, `repeated`, `shared` (another reason has it); with comments also `unseen`
   * and `together` (it fires only with another).
   */
  kind: "dead" | "stop_words" | "repeated" | "shared" | "unseen" | "together" | (string & {});
  language: Language;
  reason: string;
  term: string;
  otherReason: string | null;
  otherTerm: string | null;
  /** Comments in which it fired, where comments were given. */
  comments: number | null;
}

/** Two reasons that share comments. */
export interface Overlap {
  reason: string;
  other: string;
  comments: number;
  otherComments: number;
  both: number;
  /** Of the comments with `reason`, 0 to 1. */
  share: number;
  jaccard: number;
}

/** What another threshold of the model would give for a reason. */
export interface CurvePoint {
  reason: string;
  /** From 0.01 to 0.99. */
  threshold: number;
  found: number;
  precision: number | null;
  recall: number | null;
  f1: number | null;
}

/** A customer who clicked one reason and wrote of others. */
export interface Disagreement {
  row: number;
  clicked: string;
  read: string;
}

function prepare(taxonomy: string, options: string, model: Uint8Array | undefined) {
  return call((module) => new module.Mapper(taxonomy, options, model));
}

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
  readonly #classifier: Classifier | undefined;
  #told = false;
  #model: Uint8Array | undefined;
  #parents = new Map<string, string>();
  readonly #held: Held<ReturnType<typeof prepare>>;

  /** Prepares a taxonomy, with the bytes of a trained model or without. */
  constructor(taxonomy: Taxonomy, options: MapperOptions = {}, model?: Uint8Array) {
    const { classifier, reasons, ...rest } = fieldsOf(options);
    const [document, told] = [optionsOf(rest), reasons && labelsOf([reasons], "reasons")[0]];
    this.#document = encode(taxonomy ?? null);
    this.#classifier = classifier;
    this.#model = model;
    this.#held = new Held("mapper", life, () => {
      const mapper = prepare(this.#document, document, this.#model);
      if (told) call(() => mapper.announce(told));
      return mapper;
    });
    this.#learnParents();
  }

  /** The taxonomy, with the reasons that were learned. */
  get taxonomy(): Taxonomy {
    return parse(this.#document) as Taxonomy;
  }

  /** The reasons of one comment, the main one first. Made for fields that are typed into: words are remembered. */
  read(comment: string, claims?: readonly Claim[]): Mapping[] {
    const texts = textsOf([comment], "comment");
    const mapper = this.#heard(texts, claims && [claims]);
    return this.#mappings(call(() => mapper.read(texts[0] ?? "")));
  }

  /** The reasons of comments: a row for each comment and reason, the main one of each comment first. */
  map(comments: Texts, given: Given = {}): Mapping[] {
    const [texts, known] = beside(comments, given);
    const mapper = this.#heard(texts, given.claims);
    return this.#mappings(call(() => mapper.map(texts, known)));
  }

  /** The reasons of each comment, as `evaluate` and `fit` take them; `null` where there is neither comment nor click. */
  labels(comments: Texts, given: Given = {}, count: "mentions" | "main" = "mentions"): (string[] | null)[] {
    const [texts, known] = beside(comments, given);
    const mapper = this.#heard(texts, given.claims);
    return decode(call(() => mapper.labels(texts, known, count === "main"))) as (string[] | null)[];
  }

  /** How often each reason comes up in comments, in the order of the taxonomy. */
  totals(comments: Texts, given: Given = {}): ReasonTotal[] {
    const [texts, known] = beside(comments, given);
    const mapper = this.#heard(texts, given.claims);
    const totals = camel(decode(call(() => mapper.totals(texts, known)))) as (ReasonTotal & { id: string })[];
    return totals.map(({ id, ...rest }) => ({ ...rest, reason: id }));
  }

  /** Customers who clicked one reason and wrote of others. */
  disagreements(comments: Texts, given: Given): Disagreement[] {
    const [texts, known] = beside(comments, given);
    const mapper = this.#heard(texts, given.claims);
    const found = decode(call(() => mapper.disagreements(texts, known))) as [number, string, string][];
    return found.map(([row, clicked, read]) => ({ row, clicked, read }));
  }

  /** Rows with a comment in which nothing was found. */
  unmapped(comments: Texts, given: Given = {}): number[] {
    const [texts, known] = beside(comments, given);
    const mapper = this.#heard(texts, given.claims);
    return Array.from(call(() => mapper.unmapped(texts, known)));
  }

  /** What the classifier says of each comment, for the `claims` of other calls. */
  async classify(comments: Texts): Promise<Claims> {
    const texts = textsOf(comments);
    if (this.#classifier === undefined) throw new HeedfulError("invalid-argument", "the mapper has no classifier");
    const present = texts.filter((text) => text !== null);
    const said = await this.#classifier(present);
    packClaims(said, present.length);
    let next = 0;
    return texts.map((text) => (text === null ? [] : (said[next++] ?? [])));
  }

  /**
   * Learns from comments with known reasons. About the reasons that it has learned the model is trusted and terms are
   * silent; reasons that the taxonomy lacks are added to its top.
   */
  fit(comments: Texts, labels: Labels, options: FitOptions = {}): this {
    const [texts, known] = [textsOf(comments), labelsOf(labels, "labels")];
    const mapper = this.#held.get();
    const { more = false, ...rest } = fieldsOf(options);
    call(() => mapper.fit(texts, taught(texts, known), optionsOf(rest), more));
    this.#model = call(() => mapper.model());
    this.#document = encode(decode(call(() => mapper.taxonomy())));
    this.#learnParents();
    return this;
  }

  /**
   * The best reason of each comment: by what was learned, or by terms where nothing was; with `abstain` only where it
   * reaches its threshold. `null` where there is no comment, or it has no word that is known.
   */
  predict(comments: Texts, options: { abstain?: boolean; claims?: Claims } = {}): (string | null)[] {
    const { abstain = false, claims } = fieldsOf(options);
    const texts = textsOf(comments);
    const mapper = this.#heard(texts, claims);
    return decode(call(() => mapper.predict(texts, abstain))) as (string | null)[];
  }

  /** What other thresholds of what was learned would give on labelled comments, best ones that it never saw. */
  curve(comments: Texts, labels: Labels): CurvePoint[] {
    const [texts, known] = [textsOf(comments), labelsOf(labels, "labels")];
    const mapper = this.#held.get();
    return decode(call(() => mapper.curve(texts, taught(texts, known)))) as CurvePoint[];
  }

  /** The rows of the comments whose labels would teach most, the most useful first. */
  suggest(comments: Texts, count = 20): number[] {
    const texts = textsOf(comments);
    const mapper = this.#held.get();
    return decode(call(() => mapper.suggest(texts, whole(count, "count")))) as number[];
  }

  /** What is wrong with terms, or looks so; with comments also which never fire, or only with others. */
  lint(comments: Texts = []): LintFinding[] {
    return this.#lint(comments).findings;
  }

  /** Pairs of reasons that share comments, the greatest share first. */
  overlaps(comments: Texts): Overlap[] {
    return this.#lint(comments).overlaps;
  }

  /** The trained model, to be stored and given to the constructor with the same taxonomy; `undefined` without one. */
  toBytes(): Uint8Array | undefined {
    return this.#model?.slice();
  }

  /** Gives the memory of the module back; the mapper cannot be used any more. */
  free(): void {
    this.#held.free();
  }

  /** @internal */
  discover(texts: (string | null)[], within: string | undefined, by: unknown[], options: string, claims: Claims | undefined): unknown {
    const mapper = this.#heard(texts, claims);
    return call(() => mapper.discover(texts, within, by, options));
  }

  // The prepared taxonomy, which has heard what the classifier says of the texts.
  #heard(texts: (string | null)[], claims: Claims | undefined): ReturnType<typeof prepare> {
    const mapper = this.#held.get();
    const classifier = this.#classifier;
    if (claims === undefined && classifier === undefined) {
      // What was said of the comments of a call that failed is not said of these.
      if (this.#told) call(() => mapper.hear([], []));
      return mapper;
    }
    this.#told = true;
    const present = texts.filter((text) => text !== null);
    const said =
      claims === undefined
        ? packClaims(classifier?.([...present]), present.length)
        : packClaims(claims, texts.length).filter((_, row) => texts[row] !== null);
    call(() => mapper.hear(present, said));
    return mapper;
  }

  #lint(comments: Texts): { findings: LintFinding[]; overlaps: Overlap[] } {
    const texts = textsOf(comments);
    const mapper = this.#held.get();
    return camel(decode(call(() => mapper.lint(texts)))) as { findings: LintFinding[]; overlaps: Overlap[] };
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

disposable(ReasonMapper);

/**
 * What comments are about, without a taxonomy or beyond one: candidates for reasons.
 *
 * @example
 * discover(comments, { known: mapper }).topics.map(({ name, comments }) => [name, comments]);
 */
export function discover(comments: Texts, options: DiscoverOptions = {}): Topics {
  const { known, within, by, claims, ...rest } = fieldsOf(options);
  const [texts, document] = [textsOf(comments), optionsOf(rest)];
  if (known === undefined && (within !== undefined || claims !== undefined)) {
    throw new HeedfulError("invalid-argument", "`within` and `claims` need a mapper", { path: "known" });
  }
  const groups = by === undefined ? [] : groupsOf(by, texts);
  const made =
    known === undefined
      ? call((module) => module.discover(texts, groups, document))
      : known.discover(texts, within === undefined ? undefined : escapeText(within), groups, document, claims);
  const { found, reasons } = decode(made) as { found: object; reasons: Reason[] };
  const { topics, ...others } = camel(found) as Topics;
  return { topics: topics.map((topic, at) => ({ ...topic, reason: reasons[at] as Reason })), ...others };
}

// A response without a comment teaches nothing.
function taught(texts: (string | null)[], known: (string[] | null)[]): (string[] | null)[] {
  return known.map((ids, row) => (texts[row] === null ? null : ids));
}

// Comments, and what is known beside them in the order that the module takes it.
function beside(comments: Texts, given: Given): [(string | null)[], unknown[]] {
  const texts = textsOf(comments);
  const { clicks, manual, touchpoint, language, level } = fieldsOf(given);
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
    level === undefined ? undefined : whole(level, "level"),
  ];
  return [texts, known];
}
