// Points and rings in whole centimetres, operations as the server takes them, and the table of numbers.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { leavesOf, segments } from "../src/draft/leaves";
import { beside, insertVertex, moveBorder, moveVertex } from "../src/draft/operations";
import { area2, footOf, holds, polygons } from "../src/draft/plane";
import type { Point } from "../src/draft/plane";
import { Table } from "../src/draft/table";

const square = (left: number, bottom: number, side: number): Point[] => [[left, bottom], [left + side, bottom], [left + side, bottom + side], [left, bottom + side]];

test("the foot of a point on a segment stays between its ends and on the lattice", () => {
  deepEqual(footOf([0, 0], [10, 0], [4, 7]), [4, 0]);
  deepEqual(footOf([0, 0], [10, 0], [-5, 7]), [0, 0]);
  deepEqual(footOf([0, 0], [3, 1], [2, 0]), [2, 1]);
  deepEqual(footOf([5, 5], [5, 5], [9, 9]), [5, 5]);
});

test("areas are exact at the size of a city", () => {
  equal(area2(square(38_000_000, 271_000_000, 3_000_000)), 18_000_000_000_000);
  equal(area2([...square(0, 0, 10)].reverse()), -200);
});

test("holes go to the smallest shell around them", () => {
  const hole = [...square(4, 4, 2)].reverse();
  const found = polygons([square(0, 0, 100), square(2, 2, 20), hole]);
  deepEqual(found.map((rings) => rings.length), [1, 2]);
});

test("a point in a hole is not inside", () => {
  const rings = [square(0, 0, 10), [...square(4, 4, 2)].reverse()].map((ring) => Float64Array.from(ring.flat()));
  equal(holds(rings, [2, 2]), true);
  equal(holds(rings, [5, 5]), false);
});

test("rings come in steps from the vertex before", () => {
  const [leaf] = [...leavesOf({ a: [[100, 200, 10, 0, 0, 10, -10, 0]] })];
  deepEqual([...(leaf?.rings[0] ?? [])], [100, 200, 110, 200, 110, 210, 100, 210]);
  deepEqual(leaf?.box, [100, 200, 110, 210]);
  equal([...segments(leaf)].length, 4);
});

test("operations name vertices and segments as they are", () => {
  deepEqual(moveVertex([1, 2], [3, 4]), { op: "move_vertex", vertex: { vertex: [1, 2] }, to: [3, 4] });
  deepEqual(insertVertex([[0, 0], [9, 0]], [4, 0], null), { op: "insert_vertex", on: { on: [[0, 0], [9, 0]], at: [4, 0] }, to: null });
  deepEqual(moveBorder([[0, 0], [9, 0]], 5, -5), { op: "move_border", border: { border: [[0, 0], [9, 0]] }, dx: 5, dy: -5 });
});

test("a part is named beside the longest stretch of its line, on its own side", () => {
  const line: Point[] = [[0, 0], [10, 0], [10, 100]];
  deepEqual(beside(line, "left", 12), [-2, 50]);
  deepEqual(beside(line, "right", 12), [22, 50]);
});

test("the table holds what it was given, however much it grows", () => {
  const table = new Table(4);
  for (let n = 0; n < 10_000; n += 1) table.set(n * 2 ** 26 + (n % 7), n);
  table.set(0, 42);
  equal(table.size, 10_000);
  equal(table.get(0), 42);
  equal(table.get(9_999 * 2 ** 26 + (9_999 % 7)), 9_999);
  equal(table.get(5), -1);
});
