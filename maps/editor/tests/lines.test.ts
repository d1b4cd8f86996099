// The decoder of lines/1: parts stay apart, names stay text, numbers stay whole centimetres.

import { deepEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import { decodeLines, type LinesDocument } from "../src/lines";

const DRAWN: LinesDocument = {
  format: "lines/1",
  origin: [100, 200],
  sizes: [2, 3, 2],
  deltas: [0, 0, 10, 0, -5, 5, 0, 1, 0, 1, 7, 7, 1, 1],
  parts: [2, 0, 1],
  names: ["石榴路", "", "`${alert(1)}`"],
};

test("lines are put together from their deltas, part by part", () => {
  deepEqual(
    decodeLines(DRAWN).map(({ name, xy }) => [name, Array.from(xy)]),
    [
      ["石榴路", [100, 200, 110, 200]],
      ["石榴路", [105, 205, 105, 206, 105, 207]],
      ["`${alert(1)}`", [112, 214, 113, 215]],
    ],
  );
  deepEqual(decodeLines({ ...DRAWN, sizes: [], deltas: [], parts: [], names: [] }), []);
});

test("another document is refused", () => {
  throws(() => decodeLines({ ...DRAWN, format: "borders/1" as "lines/1" }), /borders\/1/);
});
