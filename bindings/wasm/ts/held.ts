// What is prepared once and lives in the module between calls.
import { HeedfulError } from "./error.js";
import { life } from "./text-engine.js";

/** Something of the module, prepared again where the module was started anew after a trap. @internal */
export class Held<H extends { free(): void }> {
  readonly #what: string;
  readonly #prepare: () => H;
  #handle: H | undefined;
  #life = 0;

  /** Prepares it: what is wrong with it is said at once. */
  constructor(what: string, prepare: () => H) {
    this.#what = what;
    this.#prepare = prepare;
    this.get();
  }

  get(): H {
    if (this.#life === -1) throw new HeedfulError("invalid-argument", `the ${this.#what} was freed`);
    if (this.#handle === undefined || this.#life !== life()) {
      this.#handle = this.#prepare();
      this.#life = life();
    }
    return this.#handle;
  }

  /** Gives its memory back; it cannot be used any more. */
  free(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    if (this.#life === life()) handle?.free();
    this.#life = -1;
  }
}
