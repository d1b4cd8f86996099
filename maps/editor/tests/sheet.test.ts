// A sheet: what lies where, which borders run between which grids, outlines of parents, and a draft's steps on top.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { stepped } from "../src/draft/drawn";
import type { DrawnDocument, StepDocument } from "../src/draft/drawn";
import { area2 } from "../src/draft/plane";
import type { Unit } from "../src/draft/drawn";
import { SIDE, sheetOf } from "./towns";

//   c d    two villages: v (a, c) to the west, w (b, d) to the east
//   a b
const TOWN = sheetOf(["cd", "ab"], { a: "v", c: "v", b: "w", d: "w" });
const size = (key: string, sheet = TOWN): number => sheet.outline(key).flat(1).reduce((sum, ring) => sum + area2(ring), 0) / 2;

test("a place lies in one leaf, and the unit of each level stands there", () => {
  equal(TOWN.leafAt([5, 5]), "a");
  equal(TOWN.unitAt([15, 15], 1)?.key, "w");
  equal(TOWN.unitAt([15, 15], 3)?.key, "d");
  equal(TOWN.leafAt([-1, 5]), undefined);
});

test("beyond a side lies the neighbour, beyond the frame nothing", () => {
  equal(TOWN.beyond([SIDE, 0], [SIDE, SIDE]), "b");
  equal(TOWN.beyond([0, 0], [SIDE, 0]), "");
  equal(TOWN.has([0, 0], [SIDE, SIDE]), false);
});

test("borders rank by the highest level they part", () => {
  equal(TOWN.rank("a", "b"), 1);
  equal(TOWN.rank("a", "c"), 2);
  equal(TOWN.rank("a", ""), 0);
  const arcs = [...TOWN.arcs()];
  equal(arcs.filter(({ right }) => right === "").reduce((sum, { points }) => sum + points.length - 1, 0), 8);
  equal(arcs.filter(({ rank }) => rank === 1).reduce((sum, { points }) => sum + points.length - 1, 0), 2);
});

test("the outline of a parent is that of its leaves together", () => {
  equal(size("v"), 2 * SIDE * SIDE);
  equal(TOWN.outline("v").length, 1);
  deepEqual(TOWN.leavesUnder("v").sort(), ["a", "c"]);
});

test("a hole is a ring of its own, with the other sign", () => {
  const ring = sheetOf(["abc", "dxe", "fgh"], Object.fromEntries([..."abcdefgh"].map((key) => [key, "v"]).concat([["x", "w"]])));
  const [polygon] = ring.outline("v");
  equal(polygon?.length, 2);
  equal(size("v", ring), 8 * SIDE * SIDE);
});

test("a border runs from junction to junction", () => {
  const line = TOWN.borderThrough({ a: [SIDE, 0], b: [SIDE, SIDE], at: [SIDE, 5], distance: 0, leaf: "a" });
  deepEqual(line, [[SIDE, 0], [SIDE, SIDE]]);
  equal(TOWN.neighbours([SIDE, SIDE]).length, 4);
});

test("the nearest vertex and segment within reach", () => {
  deepEqual(TOWN.vertexNear([9, 1], 3)?.at, [10, 0]);
  equal(TOWN.vertexNear([5, 5], 3), undefined);
  deepEqual(TOWN.segmentNear([5, 1], 2)?.at, [5, 0]);
});

const unit = (key: string, parent: string): Unit => ({ key, code: key, name: key, own: key, label: key, level: 2, kind: "ordinary", parent });
const NOTHING: DrawnDocument = { base: "1", borders: "", rev: 1, state: "draft", cursor: 0, undone: 0, is_correction: false, units: [], leaves: {}, gone: [], codes: {}, stopped: null };
// a and b become one, a.
const MERGED: StepDocument = {
  ...NOTHING, from: 1, rev: 2, cursor: 1, codes: null, gone: ["b"], units: [unit("a", "v")],
  leaves: { a: [[0, 0, 10, 0, 10, 0, 0, 10, -10, 0, -10, 0]] },
};

test("a step on a draft: what came, what is gone, all else as it was", () => {
  const drawn = stepped(NOTHING, MERGED) as DrawnDocument;
  const sheet = TOWN.with(drawn);
  equal(size("a", sheet), 2 * SIDE * SIDE);
  equal(sheet.units.has("b"), false);
  equal(sheet.leafAt([15, 5]), "a");
  equal(sheet.beyond([2 * SIDE, SIDE], [SIDE, SIDE]), "d");
  equal(sheet.leafAt([15, 15]), "d");
  equal(TOWN.leafAt([15, 5]), "b");
});

test("undone to the beginning nothing is drawn", () => {
  const back = stepped(stepped(NOTHING, MERGED) as DrawnDocument, { ...NOTHING, from: 2, rev: 3, undone: 1, codes: null, units: [unit("a", "v"), unit("b", "w")] });
  deepEqual([back?.units, back?.leaves, back?.gone], [[], {}, []]);
});

test("a step from another revision or another map is not taken", () => {
  equal(stepped(NOTHING, { ...MERGED, from: 4 }), undefined);
  equal(stepped(NOTHING, { ...MERGED, base: "2" }), undefined);
});

test("codes stay where a step says nothing of them", () => {
  const codes = { v: { code: "v3", name: "" } };
  deepEqual(stepped({ ...NOTHING, codes }, MERGED)?.codes, codes);
});
