// Fetches a root as shared borders and makes shapes of its units, in metres of the root's plane.

import Feature from "ol/Feature";
import MultiPolygon from "ol/geom/MultiPolygon";
import type { Geometry } from "ol/geom";
import { decode, ringOf, type BordersDocument, type Town, type Unit } from "./borders";

const CM = 100;

async function json(address: string): Promise<unknown> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

// Asks which version a day shows, then for that version; the browser has it already if nothing changed since.
export async function fetchTown(address: string): Promise<Town> {
  const version = (await json(address)) as { borders: string };
  return decode((await json(version.borders)) as BordersDocument);
}

function shape(town: Town, unit: Unit): MultiPolygon {
  const flat: number[] = [];
  const ends: number[][] = [];
  for (const borders of unit.rings) {
    const { xy } = ringOf(town, borders);
    const count = xy.length / 2;
    let doubled = 0; // twice the area: negative for a hole, which belongs to the shell before
    const [left, bottom] = [xy[0] ?? 0, xy[1] ?? 0];
    for (let vertex = 0; vertex <= count; vertex += 1) {
      const at = 2 * (vertex % count);
      const next = 2 * ((vertex + 1) % count);
      flat.push((xy[at] ?? 0) / CM, (xy[at + 1] ?? 0) / CM);
      if (vertex === count) break;
      doubled += ((xy[at] ?? 0) - left) * ((xy[next + 1] ?? 0) - bottom) - ((xy[next] ?? 0) - left) * ((xy[at + 1] ?? 0) - bottom);
    }
    if (doubled > 0 || ends.length === 0) ends.push([flat.length]);
    else ends[ends.length - 1]?.push(flat.length);
  }
  return new MultiPolygon(flat, "XY", ends);
}

export function featuresOf(town: Town, level: number): Feature<Geometry>[] {
  return town.units
    .filter((unit) => unit.level === level)
    .map((unit) => {
      const { key, code, full, label, kind } = unit;
      const feature = new Feature<Geometry>({ geometry: shape(town, unit), code, name: full, label, kind });
      feature.setId(key);
      return feature;
    });
}
