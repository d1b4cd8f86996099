// The net that lays the web scheme into the plane, and which tiles cover a view.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { Net, tilesFor } from "../src/net";

// A plane turned by a little against the web scheme, one unit of which is 4,000,000,000 cm.
const WORLD = 4e9;
const TURN = 0.02;
const plane = (a: number, b: number): [number, number] => [WORLD * (a * Math.cos(TURN) + b * Math.sin(TURN)), WORLD * (a * Math.sin(TURN) - b * Math.cos(TURN))];
const NODES = 5;
const BOX = [0.5, 0.25, 0.5002, 0.2502] as const;
const at = (from: number, to: number, n: number): number => from + ((to - from) * n) / (NODES - 1);
const xy = Array.from({ length: NODES * NODES }, (_, n) => plane(at(BOX[0], BOX[2], n % NODES), at(BOX[1], BOX[3], Math.floor(n / NODES))).map(Math.round)).flat();
const net = new Net({ box: BOX, nodes: NODES, xy });
const near = (one: readonly [number, number], other: readonly [number, number], off: number): boolean => Math.hypot(one[0] - other[0], one[1] - other[1]) <= off;

test("a place lies where its cell says, inside the net and beyond it", () => {
  for (const [a, b] of [[0.50003, 0.25011], [0.5002, 0.2502], [0.5004, 0.2499]] as const) {
    equal(near(net.toPlane([a, b]), plane(a, b), 5), true);
    equal(near(net.toWeb(plane(a, b)), [a, b], 1e-8), true);
  }
  equal(Math.abs(net.world / WORLD - 1) < 1e-5, true);
});

test("tiles cover the view at the zoom that fits, and no zoom that is not there", () => {
  const [x, y] = plane(0.5001, 0.2501);
  const view = [x - 50_000, y - 50_000, x + 50_000, y + 50_000] as const;
  const fits = Math.round(Math.log2(WORLD / (256 * 200)));
  const tiles = tilesFor(net, view, 200, [0, 22]);
  equal(tiles[0]?.z, fits);
  equal(tiles.some((tile) => near(net.toPlane([(tile.x + 0.5) / 2 ** fits, (tile.y + 0.5) / 2 ** fits]), [x, y], 60_000)), true);
  const first = tiles[0];
  equal(near(first?.corners[0] ?? [0, 0], plane((first?.x ?? 0) / 2 ** fits, (first?.y ?? 0) / 2 ** fits), 5), true);
  equal(tilesFor(net, view, 200, [3, 9])[0]?.z, 9);
  deepEqual(tilesFor(net, [x - 5e7, y - 5e7, x + 5e7, y + 5e7], 200, [18, 18]), []); // far too many
});
