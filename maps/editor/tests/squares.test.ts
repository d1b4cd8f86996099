// What lies near a place is found without asking every leaf, and it is the same as if all were asked.

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { leafOf } from "../src/draft/leaves";
import { meets, Squares } from "../src/draft/squares";
import type { Box } from "../src/draft/squares";

const random = ((seed: number) => () => (seed = (seed * 48271) % 2147483647) / 2147483647)(7);
const between = (least: number, most: number): number => Math.round(least + random() * (most - least));
const leaves = Array.from({ length: 300 }, (_, n) => {
  const [x, y, wide, high] = [between(-9000, 9000), between(-9000, 9000), between(1, n % 20 ? 900 : 9000), between(1, 900)];
  return leafOf(String(n), [Float64Array.from([x, y, x + wide, y, x + wide, y + high, x, y + high])]);
});

test("every leaf whose box meets a box, once, and no other", () => {
  const squares = new Squares(leaves);
  for (let n = 0; n < 500; n += 1) {
    const [x, y] = [between(-12000, 20000), between(-12000, 12000)];
    const box: Box = [x, y, x + between(0, n % 9 ? 300 : 30000), y + between(0, 300)];
    deepEqual(Array.from(squares.near(box), ({ key }) => Number(key)).sort((p, q) => p - q), leaves.filter((leaf) => meets(leaf.box, box)).map(({ key }) => Number(key)));
  }
});

test("where there are no leaves nothing is near", () => {
  deepEqual([...new Squares([]).near([0, 0, 1, 1])], []);
});
