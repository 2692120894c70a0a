// The custom element `<heedful-survey>`: shows a session, step by step.
import { commentStrength, Session, type SessionOptions, type SurveyAnswer, type SurveyDefinition, type SurveyResponse, type SurveyStep } from "./survey-api.js";

/** The events that the element fires, and their `detail`. Nothing is sent anywhere. */
export interface SurveyEventMap {
  /** Everything was gone through. */
  "heedful:response": { response: SurveyResponse };
  /** A step was answered; `state` can be kept to go on later. */
  "heedful:partial": { response: SurveyResponse; state: string };
  /** The respondent closed the survey or pressed Escape. */
  "heedful:decline": { response: SurveyResponse };
}

/** The words of the element itself; those of the survey are in the survey. */
export interface SurveyLabels {
  next: string;
  back: string;
  skip: string;
  close: string;
  /** Beside the box for the comment, as long as it does not say what it is about, or why; empty for nothing. */
  sayWhat: string;
  sayWhy: string;
}

const LABELS: { [language: string]: SurveyLabels } = {
  en: {
    next: "Next", back: "Back", skip: "Skip", close: "Close the survey",
    sayWhat: "What is it about?", sayWhy: "And what happened, or why?",
  },
  de: {
    next: "Weiter", back: "Zurück", skip: "Überspringen", close: "Umfrage schließen",
    sayWhat: "Worum geht es?", sayWhy: "Und was ist passiert, oder warum?",
  },
  fr: {
    next: "Suivant", back: "Retour", skip: "Passer", close: "Fermer l’enquête",
    sayWhat: "De quoi s’agit-il ?", sayWhy: "Et que s’est-il passé, ou pourquoi ?",
  },
  es: {
    next: "Siguiente", back: "Atrás", skip: "Omitir", close: "Cerrar la encuesta",
    sayWhat: "¿De qué se trata?", sayWhy: "¿Y qué pasó, o por qué?",
  },
  da: {
    next: "Næste", back: "Tilbage", skip: "Spring over", close: "Luk undersøgelsen",
    sayWhat: "Hvad handler det om?", sayWhy: "Og hvad skete der, eller hvorfor?",
  },
  fi: {
    next: "Seuraava", back: "Takaisin", skip: "Ohita", close: "Sulje kysely",
    sayWhat: "Mistä on kyse?", sayWhy: "Entä mitä tapahtui, tai miksi?",
  },
};

// Colours have a contrast of at least 4.5 to 1 in both themes, targets at least 44 px.
const STYLE = `
:host {
  --_ink: var(--heedful-ink, #1b1f24); --_paper: var(--heedful-paper, #fff); --_line: var(--heedful-line, #6b7280);
  --_accent: var(--heedful-accent, #1d4ed8); --_on-accent: var(--heedful-on-accent, #fff);
  display: block; max-inline-size: 40rem; color: var(--_ink);
  font: var(--heedful-font, 1rem/1.5 system-ui, sans-serif); color-scheme: light dark;
}
:host([hidden]) { display: none; }
@media (prefers-color-scheme: dark) {
  :host {
    --_ink: var(--heedful-ink, #f3f4f6); --_paper: var(--heedful-paper, #16191d); --_line: var(--heedful-line, #9ca3af);
    --_accent: var(--heedful-accent, #93c5fd); --_on-accent: var(--heedful-on-accent, #0b1220);
  }
}
section { padding: 1rem; background: var(--_paper); border: 1px solid var(--_line); border-radius: .75rem; position: relative; }
h2 { font-size: 1.125rem; margin: 0 0 .75rem; padding-inline-end: 3rem; }
h2:focus { outline: none; }
button, a, input, textarea { font: inherit; color: inherit; }
button, a {
  min-block-size: 44px; min-inline-size: 44px; box-sizing: border-box; border: 1px solid var(--_line); border-radius: .5rem;
  background: transparent; padding: .25rem .75rem; cursor: pointer;
}
a { display: inline-flex; align-items: center; text-decoration: none; }
button:hover, a:hover { border-color: var(--_accent); }
:focus-visible { outline: 3px solid var(--_accent); outline-offset: 2px; }
.close { position: absolute; inset-block-start: .5rem; inset-inline-end: .5rem; border-color: transparent; padding: 0; }
.points { display: grid; grid-template-columns: repeat(auto-fit, minmax(44px, 1fr)); gap: .25rem; }
.points button { padding: .25rem 0; }
.ends { display: flex; justify-content: space-between; gap: 1rem; font-size: .875rem; margin-block-start: .25rem; }
.options { display: grid; gap: .5rem; }
.options button { text-align: start; }
label.option { display: flex; align-items: center; gap: .75rem; min-block-size: 44px; }
label.option input { inline-size: 1.5rem; block-size: 1.5rem; accent-color: var(--_accent); }
textarea { inline-size: 100%; box-sizing: border-box; min-block-size: 6rem; border: 1px solid var(--_line); border-radius: .5rem; padding: .5rem; background: transparent; }
[aria-checked="true"], .primary { background: var(--_accent); color: var(--_on-accent); border-color: var(--_accent); }
.nudge { min-block-size: 1.5em; margin: .25rem 0 0; font-size: .875rem; }
.row { display: flex; flex-wrap: wrap; gap: .5rem; margin-block-start: 1rem; }
.error { margin: .75rem 0 0; font-weight: 600; }
.said { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: no-preference) { button, a { transition: background-color .15s, border-color .15s; } }
`;

/**
 * Registers `<heedful-survey>`; `init` must have been called before a survey is shown. The element takes its survey from
 * the property `survey`, or from the address in the attribute `src`; `lang`, `channel`, `customer` and `account` are
 * attributes, everything else of {@link SessionOptions} is in the property `options`.
 */
export function defineSurvey(name = "heedful-survey"): void {
  // Servers have no elements.
  if (typeof HTMLElement === "undefined" || customElements.get(name)) return;

  class HeedfulSurvey extends HTMLElement {
    static readonly observedAttributes = ["src"];

    /** More of who is asked; read when the survey starts. */
    options: SessionOptions = {};
    /** Other words on the element's own buttons. */
    labels: Partial<SurveyLabels> = {};
    #survey: SurveyDefinition | undefined;
    #session: Session | undefined;
    readonly #root = this.attachShadow({ mode: "open", delegatesFocus: true });
    readonly #said = element("div", { class: "said", role: "status", "aria-live": "polite" });
    readonly #body = element("div");

    constructor() {
      super();
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      this.#root.adoptedStyleSheets = [sheet];
      this.#root.append(this.#body, this.#said);
      this.#body.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !this.#session || this.#session.step.type === "thanks") return;
        event.stopPropagation();
        this.#decline();
      });
    }

    /** The survey to show; setting it starts a new session. */
    get survey(): SurveyDefinition | undefined {
      return this.#survey;
    }

    set survey(survey: SurveyDefinition | undefined) {
      this.#survey = survey;
      this.#session = undefined;
      if (this.isConnected) this.#start();
    }

    /** The session under way. */
    get session(): Session | undefined {
      return this.#session;
    }

    /** Goes on with a state that `heedful:partial` gave. */
    resume(state: string): void {
      if (this.#survey === undefined) throw new Error("set `survey` first");
      this.#session = Session.resume(this.#survey, state);
      this.#show(false);
    }

    connectedCallback(): void {
      if (!this.#session) this.#start();
    }

    attributeChangedCallback(_: string, before: string | null, address: string | null): void {
      if (address === null || address === before) return;
      void fetch(address)
        .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(`${answer.status} ${address}`))))
        .then((text) => (this.survey = text))
        .catch((error: unknown) => this.dispatchEvent(new ErrorEvent("error", { error, message: String(error) })));
    }

    get #language(): string {
      return this.options.language ?? (this.closest("[lang]") as HTMLElement | null)?.lang ?? navigator.language;
    }

    get #words(): SurveyLabels {
      const english = LABELS["en"] as SurveyLabels;
      return { ...english, ...LABELS[this.#language.split("-")[0] ?? "en"], ...this.labels };
    }

    #start(): void {
      if (this.#survey === undefined) return;
      const known = ["channel", "customer", "account"].map((name) => [name, this.getAttribute(name)] as const);
      const given = Object.fromEntries(known.filter(([, value]) => value !== null)) as SessionOptions;
      this.#session = new Session(this.#survey, { presentation: "buttons", language: this.#language, ...given, ...this.options });
      this.#show(false);
    }

    #fire(name: keyof SurveyEventMap): void {
      const { response, state } = this.#session as Session;
      const detail = name === "heedful:partial" ? { response, state } : { response };
      this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
    }

    #answer(answer: SurveyAnswer): void {
      const session = this.#session as Session;
      try {
        session.answer(answer);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        this.#body.querySelector(".error")?.remove();
        this.#body.querySelector("section")?.append(element("p", { class: "error", role: "alert" }, message));
        return;
      }
      this.#fire(session.step.type === "thanks" ? "heedful:response" : "heedful:partial");
      this.#show(true);
    }

    #decline(): void {
      (this.#session as Session).decline();
      this.#fire("heedful:decline");
      this.hidden = true;
    }

    /** Draws the step; whoever has just answered goes on at its first control. */
    #show(moved: boolean): void {
      const session = this.#session as Session;
      const { step } = session;
      const words = this.#words;
      const heading = element("h2", { id: "question", tabindex: "-1" }, step.text);
      const section = element("section", { "aria-labelledby": "question" });
      section.append(heading, ...this.#controls(step, words));
      if (step.type !== "thanks") {
        section.append(button("×", () => this.#decline(), { class: "close", "aria-label": words.close }));
      }
      this.#body.replaceChildren(section);
      if (!moved) return;
      this.#said.textContent = step.text;
      const first = section.querySelector<HTMLElement>("[role=radio][tabindex='0'], input, textarea");
      (first ?? heading).focus();
    }

    #controls(step: SurveyStep, words: SurveyLabels): HTMLElement[] {
      const row = element("div", { class: "row" });
      const next = (read: () => SurveyAnswer): void => {
        row.append(button(words.next, () => this.#answer(read()), { class: "primary" }));
      };
      if (step.type !== "thanks" && (this.#session as Session).response.asked.length > 0) {
        row.append(button(words.back, () => {
          (this.#session as Session).back();
          this.#show(true);
        }));
      }
      const before = step.previous === "skip" ? null : step.previous;
      const parts: HTMLElement[] = [];
      switch (step.type) {
        case "rating": {
          const rated = before && "rating" in before ? before.rating : undefined;
          const last = step.points.length - 1;
          const points = step.points.map(({ value, label }, index) => {
            const end = index === 0 ? step.low : index === last ? step.high : null;
            const spoken = [String(value), label, end].filter((part) => part !== null).join(", ");
            return { text: label ?? String(value), spoken, checked: value === rated, answer: { rating: value } };
          });
          parts.push(this.#radios("points", points, row, words));
          if (step.low !== null || step.high !== null) {
            const ends = element("div", { class: "ends", "aria-hidden": "true" });
            ends.append(element("span", {}, step.low ?? ""), element("span", {}, step.high ?? ""));
            parts.push(ends);
          }
          break;
        }
        case "choice": {
          const chosen = before && "choices" in before ? before.choices[0] : undefined;
          const options = step.options.map(({ id, text }) => ({ text, spoken: null, checked: id === chosen, answer: { choices: [id] } }));
          parts.push(this.#radios("options", options, row, words));
          break;
        }
        case "choices": {
          const chosen = before && "choices" in before ? before.choices : [];
          const group = element("div", { class: "options", role: "group", "aria-labelledby": "question" });
          const boxes = step.options.map(({ id, text }) => {
            const box = element("input", { type: "checkbox", value: id });
            box.checked = chosen.includes(id);
            const label = element("label", { class: "option" });
            label.append(box, element("span", {}, text));
            group.append(label);
            return box;
          });
          parts.push(group);
          next(() => ({ choices: boxes.filter((box) => box.checked).map((box) => box.value) }));
          break;
        }
        case "text": {
          const field = element("textarea", { "aria-labelledby": "question" });
          field.required = step.required;
          field.value = before && "text" in before ? before.text.text : "";
          parts.push(field);
          if (step.id === "comment") parts.push(nudge(field, words));
          next(() => ({ text: { text: field.value } }));
          break;
        }
        case "thanks":
          if (step.action?.url != null && /^(?:https?|mailto|tel):/i.test(step.action.url)) parts.push(element("a", { href: step.action.url, class: "primary" }, step.action.text));
          return parts;
      }
      if (!step.required) row.append(button(words.skip, () => this.#answer("skip")));
      return row.childElementCount > 0 ? [...parts, row] : parts;
    }

    /** Radio buttons as the practices of ARIA say: arrows move and check, a click, Space or Enter chooses. */
    #radios(
      style: string,
      items: { text: string; spoken: string | null; checked: boolean; answer: SurveyAnswer }[],
      row: HTMLElement,
      words: SurveyLabels,
    ): HTMLElement {
      const group = element("div", { class: style, role: "radiogroup", "aria-labelledby": "question" });
      const start = Math.max(items.findIndex((item) => item.checked), 0);
      const radios = items.map((item, index) => {
        const radio = button(item.text, () => this.#answer(item.answer), {
          role: "radio",
          "aria-checked": String(item.checked),
          tabindex: index === start ? "0" : "-1",
        });
        if (item.spoken !== null) radio.setAttribute("aria-label", item.spoken);
        group.append(radio);
        return radio;
      });
      if (items.some((item) => item.checked)) {
        row.append(button(words.next, () => {
          const at = radios.findIndex((radio) => radio.getAttribute("aria-checked") === "true");
          this.#answer((items[at] as { answer: SurveyAnswer }).answer);
        }, { class: "primary" }));
      }
      group.addEventListener("keydown", (event) => {
        const at = radios.indexOf(event.target as HTMLButtonElement);
        const forward = getComputedStyle(this).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
        const backward = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
        const count = radios.length;
        const to = { [forward]: at + 1, ArrowDown: at + 1, [backward]: at - 1, ArrowUp: at - 1, Home: 0, End: count - 1 }[event.key];
        const radio = to === undefined ? undefined : radios[(to + count) % count];
        if (at < 0 || !radio) return;
        event.preventDefault();
        for (const other of radios) {
          other.setAttribute("aria-checked", String(other === radio));
          other.tabIndex = other === radio ? 0 : -1;
        }
        radio.focus();
      });
      return group;
    }
  }

  customElements.define(name, HeedfulSurvey);
}

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: { readonly [name: string]: string } = {},
  text?: string,
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Asks for a little more while a comment is written. It describes the box and is not read out at every key. */
function nudge(field: HTMLTextAreaElement, words: SurveyLabels): HTMLElement {
  const asked = element("p", { class: "nudge", id: "nudge" });
  field.setAttribute("aria-describedby", "nudge");
  const ask = (): void => {
    const { nudge, words: written } = commentStrength(field.value);
    asked.textContent = written === 0 || nudge === null ? "" : nudge === "say_what" ? words.sayWhat : words.sayWhy;
  };
  field.addEventListener("input", ask);
  ask();
  return asked;
}

function button(text: string, press: () => void, attributes: { readonly [name: string]: string } = {}): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", press);
  return made;
}
