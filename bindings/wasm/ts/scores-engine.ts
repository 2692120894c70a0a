// The engine of `heedful`.
import { type Functions, line } from "./engine.js";
import type * as glue from "./glue/scores.js";
import { packer } from "./table.js";
import { type HostZone, hostZone } from "./zone.js";

export const { call, connect, started } = line<Functions<typeof glue>>("heedful");
export const pack = packer(call);

/** A zone by its name where the module knows zones, else as the host knows it. @internal */
export function zoneOf(name: unknown, instants: Float64Array): HostZone | string {
  return typeof name === "string" && call((module) => module.bundled_zones()) ? name : hostZone(name, instants);
}
