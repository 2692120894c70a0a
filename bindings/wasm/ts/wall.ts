// Instants as the wall-clock times of a zone: what falls on which day there.
import type { Packed } from "./table.js";
import { hostZone } from "./zone.js";

/** The same table, with the column of its instants as wall-clock times of the zone. @internal */
export function onDays(packed: Packed, timeZone: string | undefined): Packed {
  const { instants } = packed;
  if (timeZone === undefined || instants === undefined) return packed;
  const zone = hostZone(timeZone, instants);
  if (zone === "UTC") return packed;
  const { offset, transitions } = zone;
  const local = instants.map((at) => {
    const seconds = at / 1000;
    let [low, high] = [0, transitions.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((transitions[middle] as [number, number])[0] <= seconds) low = middle + 1;
      else high = middle;
    }
    return at + 1000 * (low === 0 ? offset : (transitions[low - 1] as [number, number])[1]);
  });
  const columns = packed.columns.map((column) => {
    const [name, kind] = column as [string, string, unknown];
    return kind === "instants" ? [name, "wall_times", local] : column;
  });
  return { ...packed, columns };
}
