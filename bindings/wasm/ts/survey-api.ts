// What the entry points of `heedful/survey` export beside their own `init`: sessions, and the element that shows them.
import { camel, decode, encode, encoded, escapeText, snakeName } from "./json.js";
import { fieldsOf } from "./error.js";
import { call } from "./survey-engine.js";

export { type ErrorCode, HeedfulError } from "./error.js";
export type { CompiledModule, ModuleSource } from "./source.js";
export { defineSurvey, type SurveyEventMap, type SurveyLabels } from "./survey-element.js";

/** The version of the engine that runs surveys. */
export function version(): string {
  return call((module) => module.version());
}

/** A survey as its JSON Schema says (`docs/schemas/survey.json`), as an object or as JSON. */
export type SurveyDefinition = string | { readonly [field: string]: unknown };

/** Who is asked, where and how. */
export interface SessionOptions {
  /** The language tag of the respondent. */
  language?: string;
  channel?: string;
  customer?: string;
  account?: string;
  /** What the page knows: conditions and texts may use it. */
  attributes?: { readonly [name: string]: string };
  /** How the scale is presented; kept with the response. */
  presentation?: string;
  /** Draws the order of options that are shuffled. */
  seed?: number;
}

/** What to show now: texts are in the respondent's language with everything filled in. */
export interface SurveyStep {
  id: string;
  type: "rating" | "choice" | "choices" | "text" | "thanks";
  text: string;
  required: boolean;
  points: { value: number; label: string | null }[];
  low: string | null;
  high: string | null;
  options: { id: string; text: string }[];
  action: { type: string; text: string; url: string | null } | null;
  /** What was answered before going back. */
  previous: SurveyAnswer | null;
  /** 0 at the start to 1 at the thanks. */
  progress: number;
}

/** An answer: a point of the scale, ids of options, a text (with what the page made of it), or nothing. */
export type SurveyAnswer =
  | { rating: number }
  | { choices: string[] }
  | { text: { text: string; reasons?: string[]; sentiment?: number } }
  | "skip";

/** How far a session came. */
export type SurveyStatus = "open" | "partial" | "complete" | "declined";

/** What a session has brought, and how it was asked. */
export interface SurveyResponse {
  survey: string;
  surveyVersion: number;
  status: SurveyStatus;
  declined: boolean;
  rating: number | null;
  band: string | null;
  reasons: string[];
  comment: string | null;
  metric: string;
  language: string;
  channel: string | null;
  customer: string | null;
  account: string | null;
  attributes: [string, string][];
  answers: [string, SurveyAnswer][];
  asked: string[];
  orders: [string, string[]][];
  [more: string]: unknown;
}

interface Shown {
  state: string;
  step: SurveyStep;
  status: SurveyStatus;
  response: SurveyResponse;
}

/**
 * A survey under way. An answer that does not fit is thrown as an error and leaves the session as it was.
 *
 * @example
 * const session = new Session(survey, { language: "de" });
 * session.step.id; // "rating"
 * session.answer(9).id; // "comment"
 * const later = Session.resume(survey, session.state);
 */
export class Session {
  readonly #survey: string;
  #shown: Shown;

  constructor(survey: SurveyDefinition, options: SessionOptions = {}) {
    this.#survey = typeof survey === "string" ? survey : encode(survey);
    const { attributes = {}, ...rest } = fieldsOf(options);
    const named = Object.entries(rest).map(([name, value]) => [snakeName(name), value]);
    const context = encode({ ...Object.fromEntries(named), attributes: Object.entries(fieldsOf(attributes, "attributes")) });
    this.#shown = shown(call((module) => module.start_session(this.#survey, context)));
  }

  /** Goes on with a state that was kept, on this or another device. */
  static resume(survey: SurveyDefinition, state: string): Session {
    const session = new Session(survey);
    session.#shown = shown(call((module) => module.turn_session(session.#survey, encoded(state, "state"), "stay")));
    return session;
  }

  /** What to show now. */
  get step(): SurveyStep {
    return this.#shown.step;
  }

  get status(): SurveyStatus {
    return this.#shown.status;
  }

  /** What was said so far. */
  get response(): SurveyResponse {
    return this.#shown.response;
  }

  /** To be kept, and gone on with by `Session.resume`. */
  get state(): string {
    return this.#shown.state;
  }

  /**
   * Answers a step (the current one where not given) and gives the next: a number is a rating, a text what was written
   * or the id of an option, a list the ids of options, `null` nothing.
   */
  answer(answer: number | string | readonly string[] | SurveyAnswer | null, step: string = this.step.id): SurveyStep {
    const json = encode(whole(answer, this.step.type));
    this.#shown = shown(call((module) => module.answer_step(this.#survey, this.#shown.state, step, json)));
    return this.step;
  }

  /** Goes back one step, which it gives. */
  back(): SurveyStep {
    return this.#turn("back");
  }

  /** The respondent does not want to go on; what was answered is kept. */
  decline(): SurveyStep {
    return this.#turn("decline");
  }

  /**
   * Forgets the respondent, if this is the customer: ids, undeclared attributes and everything written go, ratings and
   * choices stay, and the session is over. Whether it was.
   *
   * @example
   * const session = new Session(survey, { customer: "ada" });
   * session.answer(3);
   * session.answer("it is me, Ada");
   * session.forget("ada"); // true
   * session.state.includes("Ada"); // false
   */
  forget(customer: string): boolean {
    const left = call((module) => module.forget_session(this.#survey, this.#shown.state, escapeText(customer, "customer")));
    if (decode(left) === null) return false;
    this.#shown = shown(left);
    return true;
  }

  #turn(turn: "back" | "decline"): SurveyStep {
    this.#shown = shown(call((module) => module.turn_session(this.#survey, this.#shown.state, turn)));
    return this.step;
  }
}

function shown(answer: unknown): Shown {
  const { response, ...rest } = decode(answer) as Shown;
  return { ...rest, response: camelFields(response) };
}

// The names of answers and attributes are the survey's: only the response's own fields are renamed.
function camelFields(response: SurveyResponse): SurveyResponse {
  const names = Object.keys(camel(Object.fromEntries(Object.keys(response).map((name) => [name, null]))) as object);
  return Object.fromEntries(Object.values(response).map((value, index) => [names[index], value])) as SurveyResponse;
}

function whole(answer: number | string | readonly string[] | SurveyAnswer | null, type: SurveyStep["type"]): SurveyAnswer {
  if (answer === null || answer === "skip") return "skip";
  if (typeof answer === "number") return { rating: answer };
  if (typeof answer === "string") return type === "text" ? { text: { text: answer } } : { choices: [answer] };
  return Array.isArray(answer) ? { choices: [...(answer as readonly string[])] } : (answer as SurveyAnswer);
}

/** How much a comment says, from its words alone. */
export interface CommentStrength {
  /** 0 (says nothing) to 1 (says what and why). */
  value: number;
  /** How far it tells what, and why: 0 to 1. */
  what: number;
  why: number;
  words: number;
  /** What to ask for; `null` where it says enough. */
  nudge: "say_what" | "say_why" | null;
}

/**
 * How much a comment says, cheap enough to ask at every key. The element asks for more by it; it is no judgement of a
 * person.
 *
 * @example
 * commentStrength("Great!!!").nudge; // "say_what"
 */
export function commentStrength(comment: string): CommentStrength {
  return decode(call((module) => module.comment_strength(escapeText(comment, "comment")))) as CommentStrength;
}
