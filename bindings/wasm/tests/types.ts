// Read by the type checker only: what a user's strict project must accept and infer.
import { init, version } from "heedful";
import { init as initManual, type ModuleSource } from "heedful/manual";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function is<T extends true>(_: T): void {}

is<Same<ReturnType<typeof init>, Promise<void>>>(true);
is<Same<ReturnType<typeof version>, string>>(true);

const bytes: ModuleSource = new Uint8Array();
void init();
void init(bytes);
void initManual(bytes);
// @ts-expect-error the manual entry has no default
void initManual();
// @ts-expect-error a path is not a module
void init("heedful.wasm");
