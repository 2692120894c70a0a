// What is prepared once and lives in the module between calls.
import { HeedfulError } from "./error.js";

/**
 * Something of the module whose `life` is given. Where the module was started anew after a trap it is prepared again; what
 * `goesOn` from call to call was lost.
 * @internal
 */
export class Held<H extends { free(): void }> {
  readonly #what: string;
  readonly #current: () => number;
  readonly #prepare: () => H;
  readonly #goesOn: boolean;
  #handle: H | undefined;
  #life = 0;

  /** Prepares it: what is wrong with it is said at once. */
  constructor(what: string, life: () => number, prepare: () => H, goesOn = false) {
    this.#what = what;
    this.#current = life;
    this.#prepare = prepare;
    this.#goesOn = goesOn;
    this.get();
  }

  get(): H {
    if (this.#life === -1) throw new HeedfulError("invalid-argument", `the ${this.#what} was freed`);
    if (this.#handle === undefined || this.#life !== this.#current()) {
      if (this.#goesOn && this.#handle !== undefined) {
        throw new HeedfulError("internal", `the ${this.#what} was lost when the engine stopped: read it from its JSON`);
      }
      this.#handle = this.#prepare();
      this.#life = this.#current();
    }
    return this.#handle;
  }

  /** Gives its memory back; it cannot be used any more. */
  free(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    if (this.#life === this.#current()) handle?.free();
    this.#life = -1;
  }
}
