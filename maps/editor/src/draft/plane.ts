// Points and rings in the plane, in whole centimetres: what lies where, and on which side.

export type Point = readonly [number, number];

export const same = (p: Point, q: Point): boolean => p[0] === q[0] && p[1] === q[1];

export function pointsOf(ring: Float64Array): Point[] {
  const points: Point[] = [];
  for (let i = 0; i < ring.length; i += 2) points.push([ring[i] as number, ring[i + 1] as number]);
  return points;
}

export function holds(rings: Float64Array[], at: Point): boolean {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const [x0, y0, x1, y1] = [ring[j] as number, ring[j + 1] as number, ring[i] as number, ring[i + 1] as number];
      if (y0 > at[1] !== y1 > at[1] && at[0] < ((x1 - x0) * (at[1] - y0)) / (y1 - y0) + x0) inside = !inside;
    }
  }
  return inside;
}

export function footOf(a: Point, b: Point, at: Point): Point {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const along = Math.max(0, Math.min(1, ((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / (dx * dx + dy * dy || 1)));
  return [Math.round(a[0] + along * dx), Math.round(a[1] + along * dy)];
}

export function area2(ring: readonly Point[]): number {
  const [x0, y0] = ring[0] ?? [0, 0];
  let sum = 0;
  for (let n = 1; n + 1 < ring.length; n += 1) {
    const [p, q] = [ring[n] as Point, ring[n + 1] as Point];
    sum += (p[0] - x0) * (q[1] - y0) - (q[0] - x0) * (p[1] - y0);
  }
  return sum;
}

// Shells (counter-clockwise) with the holes that lie in them.
export function polygons(rings: Point[][]): Point[][][] {
  const shells = rings.filter((ring) => area2(ring) > 0).map((ring) => [ring]);
  for (const hole of rings.filter((ring) => area2(ring) <= 0)) {
    const around = shells.filter(([shell]) => holds([Float64Array.from((shell as Point[]).flat())], hole[0] as Point));
    const host = around.sort((p, q) => area2(p[0] as Point[]) - area2(q[0] as Point[]))[0];
    if (host) host.push(hole);
  }
  return shells;
}
