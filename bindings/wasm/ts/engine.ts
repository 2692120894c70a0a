// A WebAssembly module, and the one instance of it behind every way of starting it.
import { HeedfulError } from "./error.js";
import { camelName, decode } from "./json.js";
import type { ModuleSource } from "./source.js";
import { asWritten } from "./written.js";

/** What the glue of every module exports. */
interface Glue {
  __wbg_reset_state(): void;
}

type Start = (options: { module_or_path: BufferSource | WebAssembly.Module | URL }) => Promise<unknown>;

/** The two things that can be done with a module. @internal */
export interface Engine<G> {
  /** Starts the engine once; later calls wait for the first one. A start that failed can be tried again. */
  startWith(source: () => Promise<ModuleSource | URL> | ModuleSource | URL): Promise<void>;
  /**
   * Calls into the module. What the engine refuses is thrown as a {@link HeedfulError}. Anything else that comes out of
   * the module is a trap (a defect, or no memory left): it is thrown with the code `internal`, and since the memory of
   * a trapped instance cannot be trusted, the next call starts a new one. What was held in an
   * instance is lost with it (`life`). What is refused of a single column has its name as the path. What is refused of
   * a document is said in the document's own names.
   */
  call<T>(run: (module: G) => T, path?: string, document?: object): T;
  /** Which instance of the module is at work: what was prepared in another one is lost. */
  life(): number;
  /** Whether it has started. */
  started(): boolean;
}

/** The functions of a module, without what starts it. @internal */
export type Functions<G> = Omit<G, "default" | "initSync">;

/** Calls of an entry point that has a module of its own and is part of another one as well. @internal */
export interface Line<G> extends Pick<Engine<G>, "call" | "life" | "started"> {
  /** From now on calls go to this engine. */
  connect(engine: Engine<G>): void;
}

/** The calls of the entry point `entry`, whose engine comes later. @internal */
export function line<G>(entry: string): Line<G> {
  let connected: Engine<G> | undefined;
  let lives = 0;
  return {
    connect(engine) {
      // What was prepared in another module is not in this one.
      if (connected !== undefined && connected !== engine) lives += connected.life() + 1;
      connected = engine;
    },
    call(run, path, document) {
      if (connected === undefined) throw notStarted(entry);
      return connected.call(run, path, document);
    },
    life: () => lives + (connected?.life() ?? 0),
    started: () => connected?.started() ?? false,
  };
}

function notStarted(entry: string): Error {
  return new Error(`the engine has not started: \`await init()\` of "${entry}" first`);
}

/** The engine of the entry point `entry`. @internal */
export function engine<G extends Glue>(entry: string, start: Start, glue: G): Engine<G> {
  let starting: Promise<void> | undefined;
  let state: "waiting" | "ready" | "broken" = "waiting";
  let lives = 0;

  return {
    startWith(source) {
      starting ??= (async () => {
        await start({ module_or_path: (await source()) as BufferSource | WebAssembly.Module | URL });
        state = "ready";
      })().catch((error: unknown) => {
        starting = undefined;
        throw error;
      });
      return starting;
    },

    call(run, path, document) {
      if (state === "waiting") throw notStarted(entry);
      if (state === "broken") {
        glue.__wbg_reset_state();
        state = "ready";
      }
      try {
        return run(glue);
      } catch (error) {
        if (Array.isArray(error)) throw refusal(error, path, document);
        if (error instanceof HeedfulError) throw error;
        // What the glue refuses did not reach the module.
        if (error instanceof TypeError && !/wasm-function/.test(error.stack ?? "wasm-function")) throw new HeedfulError("invalid-argument", error.message, { path: path ?? "" });
        state = "broken";
        lives += 1;
        throw new HeedfulError("internal", `the engine stopped: ${String(error)}`);
      }
    },

    life: () => lives,
    started: () => state !== "waiting",
  };
}

function refusal(error: unknown, column: string | undefined, document: object | undefined): HeedfulError {
  const { code, message, path, row, line } = decode(error) as {
    code: string;
    message: string;
    path: string;
    row: number | null;
    line: number | null;
  };
  const ours = code === "invalid-config" || code === "invalid-argument" || code === "time-zone";
  if (!ours) return new HeedfulError(code, message, { path: column ?? path, row, line });
  const place = path.replace(/^scoring\./, "");
  const written = document === undefined ? { path: optionNames(place), message } : asWritten(document, place, message);
  return new HeedfulError(code, optionNames(written.message), { path: column ?? written.path, row, line });
}

// The options whose names the engine spells differently; what else has an underscore is the user's.
const SPELLED = /\b(?:time_zone|minimum_n|max_iterations|on_error|date_format|design_effect|out_of_range)\b/g;

function optionNames(text: string): string {
  return text.replace(SPELLED, camelName);
}
