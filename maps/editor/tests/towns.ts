// Towns for tests, drawn in squares of ten centimetres: the letters of a picture are leaves, read from its lowest row up.

import { decode } from "../src/borders";
import type { BordersDocument } from "../src/borders";
import { Sheet } from "../src/draft/sheet";
import type { Point } from "../src/draft/plane";

export const SIDE = 10;

type Parents = Readonly<Record<string, string>>; // leaf or grid -> what stands above it

// Each leaf is one square; every side is a border of its own, so neighbours share it.
export function sheetOf(rows: readonly string[], parents: Parents): Sheet {
  const lines = [...rows].reverse();
  const sides: [Point, Point][] = [];
  const named = new Map<string, number>();
  const side = (a: Point, b: Point): number => {
    const known = named.get(`${b.join()} ${a.join()}`);
    if (known !== undefined) return -known;
    sides.push([a, b]);
    named.set(`${a.join()} ${b.join()}`, sides.length);
    return sides.length;
  };
  const rings = new Map<string, number[]>();
  lines.forEach((line, y) =>
    [...line].forEach((letter, x) => {
      const corners: Point[] = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]].map(([p, q]) => [Number(p) * SIDE, Number(q) * SIDE]);
      rings.set(letter, corners.map((a, n) => side(a, corners[(n + 1) % 4] as Point)));
    }),
  );
  return Sheet.of(decode(documentOf(sides, rings, parents)));
}

function documentOf(sides: readonly (readonly [Point, Point])[], rings: ReadonlyMap<string, number[]>, parents: Parents): BordersDocument {
  const keys = [...new Set([...Object.values(parents), ...rings.keys()])];
  const depth = (key: string): number => (parents[key] ? 1 + depth(parents[key]) : 1);
  const ordered = keys.sort((one, other) => depth(one) - depth(other));
  const spots = sides.flat();
  const [first] = spots;
  const deltas = spots.flatMap(([x, y], n) => {
    const [px, py] = spots[n - 1] ?? (first as Point);
    return [x - px, y - py];
  });
  return {
    format: "borders/1", root: "town", version: "1", plane: "EPSG:4549", origin: first as Point,
    sizes: sides.map(() => 2), deltas, ahead: [], back: [],
    units: ordered.map((key) => ({
      key, code: key, name: key, full: key, label: key, level: depth(key), kind: "ordinary",
      parent: parents[key] ? ordered.indexOf(parents[key]) : null,
      rings: rings.has(key) ? [rings.get(key) as number[]] : [],
    })),
  };
}
