// The decoder of borders/1, on a town drawn by hand, and on towns of the store with their stored rings.

import { deepEqual, equal, throws } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decode, ringOf, type BordersDocument } from "../src/borders";

//   (0,10)  2───3   two squares a | b of one village v; the border between them runs up from (10,0) to (10,10) by
//           │ a │ b        way of (10,4), which a has as a junction
//   (0,0)   1───0
const unit = (key: string, level: number, parent: number | null, rings: number[][]): BordersDocument["units"][number] => ({
  key,
  code: key,
  name: key,
  full: key,
  label: key,
  level,
  kind: "ordinary",
  parent,
  rings,
});
const DRAWN: BordersDocument = {
  format: "borders/1",
  root: "town",
  version: "1-00010101-0123456789abcdef",
  plane: "EPSG:4549",
  origin: [10, 0],
  sizes: [3, 4, 4],
  deltas: [0, 0, 0, 4, 0, 6, 0, 0, -10, 0, 0, -10, 10, 0, 0, 0, 10, 0, 0, 10, -10, 0],
  ahead: [1, 1],
  back: [],
  units: [unit("v", 1, null, [[2, 3]]), unit("a", 2, 0, [[1, 2]]), unit("b", 2, 0, [[-1, 3]])],
};

test("a ring is put together from its borders and begins at its smallest vertex", () => {
  const town = decode(DRAWN);
  deepEqual(Array.from(ringOf(town, [1, 2]).xy), [0, 0, 10, 0, 10, 4, 10, 10, 0, 10]);
  deepEqual(Array.from(ringOf(town, [-1, 3]).xy), [10, 0, 20, 0, 20, 10, 10, 10, 10, 4]);
  deepEqual(Array.from(ringOf(town, [2, 3]).xy), [0, 0, 10, 0, 20, 0, 20, 10, 10, 10, 0, 10]);
});

test("a vertex may be a junction for the unit on one side only", () => {
  const town = decode(DRAWN);
  deepEqual(Array.from(ringOf(town, [1, 2]).kinds), [0, 0, 1, 0, 0]);
  deepEqual(Array.from(ringOf(town, [-1, 3]).kinds), [0, 0, 0, 0, 0]);
});

test("another document is refused", () => {
  throws(() => decode({ ...DRAWN, format: "units/1" as "borders/1" }), /units\/1/);
});

interface Case {
  readonly document: BordersDocument;
  readonly rings: readonly { readonly unit: number; readonly xy: readonly number[]; readonly kinds: readonly number[] }[];
}

test("decoding gives the stored rings of every unit of every level", () => {
  const file = process.env["WANGGE_TEST_BORDERS"];
  const cases = file ? (JSON.parse(readFileSync(file, "utf8")) as Case[]) : [];
  for (const each of cases) {
    const town = decode(each.document);
    const got = town.units.flatMap((one, number) =>
      one.rings.map((borders) => {
        const { xy, kinds } = ringOf(town, borders);
        return { unit: number, xy: Array.from(xy), kinds: Array.from(kinds) };
      }),
    );
    equal(got.length, each.rings.length);
    deepEqual(got, each.rings);
  }
});
