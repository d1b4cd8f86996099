// The lines a gesture may keep to besides the borders: streets and reference lines that are shown.

import { inBox, segments } from "./leaves";
import type { Leaf } from "./leaves";
import { footOf } from "./plane";
import type { Point } from "./plane";
import type { Segment } from "./trace";

type Box = Leaf["box"];

interface Guide {
  readonly points: readonly Point[];
  readonly box: Box;
}

export interface Near {
  readonly at: Point;
  readonly segment: Segment;
  readonly vertex: boolean;
}

const boxOf = (points: readonly Point[]): Box => {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
};
const meet = (one: Box, other: Box): boolean => one[0] <= other[2] && other[0] <= one[2] && one[1] <= other[3] && other[1] <= one[3];

export class Guides {
  private guides: readonly Guide[] = [];

  set(lines: readonly (readonly Point[])[]): void {
    this.guides = lines.map((points) => ({ points, box: boxOf(points) }));
  }

  private *near(at: Point, reach: number): Generator<Segment> {
    for (const { points, box } of this.guides) {
      if (!inBox(box, at, reach)) continue;
      for (let n = 1; n < points.length; n += 1) yield [points[n - 1] as Point, points[n] as Point];
    }
  }

  // The vertex of a line within reach before the nearest place on one.
  find(at: Point, reach: number): Near | undefined {
    let [vertex, on]: (Near | undefined)[] = [];
    let [toVertex, toLine] = [reach, reach];
    for (const segment of this.near(at, reach)) {
      for (const end of segment) {
        const away = Math.hypot(end[0] - at[0], end[1] - at[1]);
        if (away <= toVertex) [vertex, toVertex] = [{ at: end, segment, vertex: true }, away];
      }
      const foot = footOf(segment[0], segment[1], at);
      const away = Math.hypot(foot[0] - at[0], foot[1] - at[1]);
      if (away <= toLine) [on, toLine] = [{ at: foot, segment, vertex: false }, away];
    }
    return vertex ?? on;
  }

  // Every segment within reach of a place.
  around(at: Point, reach: number): Segment[] {
    return [...this.near(at, reach)].filter(([a, b]) => {
      const foot = footOf(a, b, at);
      return Math.hypot(foot[0] - at[0], foot[1] - at[1]) <= reach;
    });
  }

  // Every segment of lines and of borders in a box.
  *within(box: Box, leaves: Iterable<Leaf>): Generator<Segment> {
    for (const guide of this.guides) {
      if (!meet(guide.box, box)) continue;
      for (let n = 1; n < guide.points.length; n += 1) yield* inside(box, [guide.points[n - 1] as Point, guide.points[n] as Point]);
    }
    for (const leaf of leaves) if (meet(leaf.box, box)) for (const segment of segments(leaf)) yield* inside(box, segment);
  }
}

function* inside(box: Box, segment: Segment): Generator<Segment> {
  if (meet(boxOf(segment), box)) yield segment;
}
