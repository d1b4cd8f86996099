// The leaves of a draft: their rings as the server wrote them, in steps from the vertex before, and as they are used.

import { pointsOf } from "./plane";
import type { Point } from "./plane";

export type Steps = Readonly<Record<string, readonly (readonly number[])[]>>;

export interface Leaf {
  readonly key: string;
  readonly rings: Float64Array[]; // open, flat x and y
  readonly box: readonly [number, number, number, number];
}

export function* segments(leaf: Leaf | undefined): Generator<[Point, Point]> {
  for (const ring of leaf?.rings ?? []) {
    const points = pointsOf(ring);
    for (let n = 0; n < points.length; n += 1) yield [points[n] as Point, points[(n + 1) % points.length] as Point];
  }
}

export function leafOf(key: string, rings: Float64Array[]): Leaf {
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      const [x, y] = [ring[i] as number, ring[i + 1] as number];
      left = Math.min(left, x);
      right = Math.max(right, x);
      bottom = Math.min(bottom, y);
      top = Math.max(top, y);
    }
  }
  return { key, rings, box: [left, bottom, right, top] };
}

// The same steps give the same leaf, so that what did not change from one revision to the next is known by being the same.
export function* leavesOf(leaves: Steps): Generator<Leaf> {
  for (const [key, rings] of Object.entries(leaves)) {
    const leaf = made.get(rings) ?? leafOf(key, rings.map(summed));
    made.set(rings, leaf);
    yield leaf;
  }
}
const made = new WeakMap<Steps[string], Leaf>();

function summed(steps: readonly number[]): Float64Array {
  const ring = Float64Array.from(steps);
  for (let i = 2; i < ring.length; i += 1) ring[i] = (ring[i] as number) + (ring[i - 2] as number);
  return ring;
}

export const inBox = (box: Leaf["box"], at: Point, reach: number): boolean =>
  at[0] >= box[0] - reach && at[1] >= box[1] - reach && at[0] <= box[2] + reach && at[1] <= box[3] + reach;
