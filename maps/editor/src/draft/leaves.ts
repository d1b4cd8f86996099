// The leaves of a draft: their rings as the server wrote them, in steps from the corner before, and as they are used.

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

export function* leavesOf(leaves: Steps, origin: Point): Generator<Leaf> {
  for (const [key, rings] of Object.entries(leaves)) {
    let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
    const flat = rings.map((steps) => {
      const ring = new Float64Array(steps.length);
      let [x, y] = origin;
      for (let i = 0; i < steps.length; i += 2) {
        ring[i] = x += steps[i] as number;
        ring[i + 1] = y += steps[i + 1] as number;
        left = Math.min(left, x);
        right = Math.max(right, x);
        bottom = Math.min(bottom, y);
        top = Math.max(top, y);
      }
      return ring;
    });
    yield { key, rings: flat, box: [left, bottom, right, top] };
  }
}

export const inBox = (box: Leaf["box"], at: Point, reach: number): boolean =>
  at[0] >= box[0] - reach && at[1] >= box[1] - reach && at[0] <= box[2] + reach && at[1] <= box[3] + reach;
