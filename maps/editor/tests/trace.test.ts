// Tracing along lines, and where lines cross: on streets drawn by hand.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { Guides } from "../src/draft/guides";
import { crossing, trace, type Segment } from "../src/draft/trace";
import type { Point } from "../src/draft/plane";

//   (0,100) D───────E (200,100)     a block A B E D, and a lane from B to C;
//           │       │               the lane F G lies apart
//   (0,0)   A───────B───C (300,0)          F───G (1000,0)
const [A, B, C, D, E, F, G]: Point[] = [[0, 0], [200, 0], [300, 0], [0, 100], [200, 100], [900, 0], [1000, 0]] as Point[];
const line = (...points: (Point | undefined)[]): Segment[] => points.slice(1).map((p, n) => [points[n] as Point, p as Point]);
const TOWN = [...line(A, B, C), ...line(A, D, E, B), ...line(F, G)];
const at = (x: number, y: number): Point => [x, y];

test("between two corners the shortest way is taken", () => {
  deepEqual(trace(A as Point, C as Point, TOWN, 5), [B]);
  deepEqual(trace(D as Point, C as Point, TOWN, 5), [A, B]); // 400 either way: the one found first
  deepEqual(trace(E as Point, A as Point, TOWN, 5)?.length, 1);
});

test("a place in the middle of a segment begins and ends a way", () => {
  deepEqual(trace(at(50, 0), at(200, 40), TOWN, 5), [B]);
  deepEqual(trace(at(50, 0), at(150, 0), TOWN, 5), []);
  deepEqual(trace(at(0, 60), at(90, 100), TOWN, 5), [D]);
});

test("a place beside its line steps on to it at the nearest point", () => {
  deepEqual(trace(at(50, 4), at(200, 40), TOWN, 5), [[50, 0], B]);
  equal(trace(at(50, 6), at(200, 40), TOWN, 5), null);
});

test("where lines do not meet there is no way", () => {
  equal(trace(A as Point, G as Point, TOWN, 5), null);
  equal(trace(A as Point, A as Point, TOWN, 5), null);
  equal(trace(A as Point, C as Point, [], 5), null);
});

test("a long way is found in a town of many streets", () => {
  const side = 60;
  const streets: Segment[] = [];
  for (let row = 0; row < side; row += 1) for (let column = 0; column + 1 < side; column += 1) streets.push([[column * 100, row * 100], [column * 100 + 100, row * 100]], [[row * 100, column * 100], [row * 100, column * 100 + 100]]);
  const way = trace([0, 0], [5900, 5900], streets, 5) as Point[];
  equal(way.length, 2 * (side - 1) - 1);
});

test("segments cross at a whole centimetre or not at all", () => {
  deepEqual(crossing([at(0, 0), at(10, 0)], [at(3, -5), at(4, 5)]), [4, 0]);
  deepEqual(crossing([at(0, 0), at(10, 0)], [at(10, 0), at(20, 5)]), [10, 0]);
  equal(crossing([at(0, 0), at(10, 0)], [at(0, 1), at(10, 1)]), null);
  equal(crossing([at(0, 0), at(10, 0)], [at(3, 1), at(4, 5)]), null);
});

test("a vertex of a line within reach goes before a place on it", () => {
  const guides = new Guides();
  guides.set([[A as Point, B as Point, C as Point]]);
  deepEqual(guides.find(at(196, 3), 10)?.at, B);
  deepEqual(guides.find(at(100, 3), 10), { at: [100, 0], segment: [A, B], vertex: false });
  equal(guides.find(at(100, 30), 10), undefined);
  deepEqual(guides.around(at(199, 1), 5), [[A, B], [B, C]]);
  deepEqual([...guides.within([250, -10, 260, 10], [])], [[B, C]]);
});
