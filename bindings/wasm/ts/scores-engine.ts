// The engine of `heedful`.
import { engine } from "./engine.js";
import start, * as glue from "./glue/scores.js";
import { packer } from "./table.js";
import { type HostZone, hostZone } from "./zone.js";

export const { call, startWith } = engine("heedful", start, glue);
export const pack = packer(call);

/** A zone by its name where the module knows zones, else as the host knows it. @internal */
export function zoneOf(name: unknown, instants: Float64Array): HostZone | string {
  return typeof name === "string" && call((module) => module.bundled_zones()) ? name : hostZone(name, instants);
}
