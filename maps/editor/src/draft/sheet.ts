// The grids of a draft as the server gave them: leaves with their rings in whole centimetres. What is drawn (borders, outlines of
// parents) is told from which leaf lies on either side of a segment. Nothing is ever moved or rounded here.

import { ringOf } from "../borders";
import type { Town } from "../borders";
import { leafOf, leavesOf, segments } from "./leaves";
import type { Leaf } from "./leaves";
import type { DrawnDocument, Level, Unit } from "./drawn";
import { footOf, holds, pointsOf, polygons, same } from "./plane";
import type { Point } from "./plane";
import { meets, Squares } from "./squares";
import type { Box } from "./squares";
import { Table } from "./table";

// A line between two leaves (right is "" beyond the frame); rank is the highest level whose grids it parts, 0 for the frame.
export interface Arc {
  readonly left: string;
  readonly right: string;
  readonly rank: 0 | Level;
  readonly points: Point[];
}

export interface Found {
  readonly at: Point;
  readonly distance: number;
}
export interface FoundSegment extends Found {
  readonly a: Point;
  readonly b: Point;
  readonly leaf: string;
}

const WIDE = 2 ** 26; // a root is less than 670 km across
const MARGIN = 1000; // a place that is only asked about may lie outside

export class Sheet {
  readonly units = new Map<string, Unit>();
  readonly leaves = new Map<string, Leaf>();
  readonly below = new Map<string, string[]>();
  private readonly numbers: Table; // vertex by place, the same in every sheet of a draft
  private readonly sides = new Table(); // directed segment -> the number of the leaf to its left
  private readonly names: string[] = []; // of the leaves that were entered here
  private readonly own: Leaf[] = []; // those, where there is a base
  private readonly squares?: Squares; // of the leaves, where there is none

  // With a base only the leaves that differ from it are entered; for all others the base is asked.
  private constructor(
    private readonly origin: Point,
    units: Iterable<Unit>,
    leaves: Iterable<Leaf>,
    private readonly base?: Sheet,
    private readonly changed: ReadonlySet<string> = new Set(),
  ) {
    this.numbers = base ? base.numbers : new Table();
    for (const unit of units) this.units.set(unit.key, unit);
    for (const unit of this.units.values()) {
      const siblings = this.below.get(unit.parent ?? "");
      if (siblings) siblings.push(unit.key);
      else this.below.set(unit.parent ?? "", [unit.key]);
    }
    for (const leaf of base?.leaves.values() ?? []) if (!changed.has(leaf.key)) this.leaves.set(leaf.key, leaf);
    if (!base) this.squares = new Squares((leaves = [...leaves]) as Leaf[]);
    for (const leaf of leaves) {
      this.leaves.set(leaf.key, leaf);
      if (base) this.own.push(leaf);
      const number = this.names.push(leaf.key) - 1;
      for (const ring of leaf.rings) this.enter(ring, number);
    }
  }

  private enter(ring: Float64Array, leaf: number): void {
    const end = ring.length;
    let before = this.number([ring[end - 2] as number, ring[end - 1] as number]);
    for (let i = 0; i < end; i += 2) {
      const here = this.number([ring[i] as number, ring[i + 1] as number]);
      this.sides.set(before * WIDE + here, leaf);
      before = here;
    }
  }

  static of(town: Town): Sheet {
    const parents = new Set(town.units.map(({ parent }) => parent));
    const leaves = town.units.filter((_, place) => !parents.has(place));
    const shapes = leaves.map(({ key, rings }) => leafOf(key, rings.map((borders) => ringOf(town, borders).xy)));
    return new Sheet(cornerOf(town), town.units.map((unit) => unitOf(town, unit)), shapes);
  }

  // This sheet with what a draft made of it.
  with(drawn: DrawnDocument): Sheet {
    const changed = new Set([...drawn.gone, ...drawn.units.map((unit) => unit.key), ...Object.keys(drawn.leaves)]);
    const units: Unit[] = [];
    for (const unit of this.units.values()) if (!changed.has(unit.key)) units.push(unit);
    units.push(...drawn.units);
    return new Sheet(this.origin, units, leavesOf(drawn.leaves), this, changed);
  }

  // The units and leaves that are otherwise in another sheet of the same draft on the same base.
  differing(other: Sheet): Set<string> {
    const keys = [...this.changed, ...other.changed];
    return new Set(keys.filter((key) => this.leaves.get(key) !== other.leaves.get(key) || this.units.get(key) !== other.units.get(key)));
  }

  private point([x, y]: Point): number {
    return (x - this.origin[0]) * WIDE + (y - this.origin[1]);
  }

  private number(at: Point): number {
    const place = this.point(at);
    let number = this.numbers.get(place);
    if (number < 0) this.numbers.set(place, (number = this.numbers.size));
    return number;
  }

  private name(a: Point, b: Point): number {
    return this.number(a) * WIDE + this.number(b);
  }

  private leftOf(name: number): string {
    const own = this.sides.get(name);
    if (own >= 0) return this.names[own] as string;
    const held = this.base?.leftOf(name) ?? "";
    return this.changed.has(held) ? "" : held;
  }

  // The leaf beyond a segment of a leaf, "" beyond the frame.
  beyond(a: Point, b: Point): string {
    return this.leftOf(this.name(b, a));
  }

  has(a: Point, b: Point): boolean {
    return this.leftOf(this.name(a, b)) !== "" || this.beyond(a, b) !== "";
  }

  above(key: string): Unit[] {
    const found: Unit[] = [];
    for (let unit = this.units.get(key); unit; unit = unit.parent ? this.units.get(unit.parent) : undefined) found.unshift(unit);
    return found;
  }

  // The unit of a level that a leaf stands for: a residual stands for the grid above it.
  standing(leaf: string, level: number): Unit | undefined {
    const line = this.above(leaf).filter((unit) => unit.level <= level && unit.kind !== "residual");
    return line[line.length - 1];
  }

  leavesUnder(key: string): string[] {
    const under = this.below.get(key) ?? [];
    return under.length ? under.flatMap((child) => this.leavesUnder(child)) : this.leaves.has(key) ? [key] : [];
  }

  rank(left: string, right: string): 0 | Level {
    if (right === "") return 0;
    const one = this.above(left);
    const other = this.above(right);
    for (let n = 0; n < 2; n += 1) if (one[n]?.key !== other[n]?.key) return (n + 1) as Level;
    return 3;
  }

  // Every border once, from the leaf on its left whose key is the smaller.
  *arcs(of: Iterable<string> = this.leaves.keys()): Generator<Arc> {
    for (const key of of) {
      const leaf = this.leaves.get(key);
      if (leaf) for (const ring of leaf.rings) yield* this.arcsOfRing(key, ring);
    }
  }

  private *arcsOfRing(key: string, ring: Float64Array): Generator<Arc> {
    const points = pointsOf(ring);
    const count = points.length;
    const others = points.map((a, n) => this.beyond(a, points[(n + 1) % count] as Point));
    let start = others.findIndex((other, n) => other !== others[(n + count - 1) % count]);
    if (start < 0) start = 0;
    for (let n = 0; n < count; ) {
      const other = others[(start + n) % count] as string;
      const line = [points[(start + n) % count] as Point];
      while (n < count && others[(start + n) % count] === other) line.push(points[(start + ++n) % count] as Point);
      if (other === "" || key < other) yield { left: key, right: other, rank: this.rank(key, other), points: line };
    }
  }

  // The outline of a unit as polygons, each a shell with its holes, closed.
  outline(key: string): Point[][][] {
    const inside = new Set(this.leavesUnder(key));
    const onward = new Map<number, Point[]>();
    for (const one of inside) {
      for (const [a, b] of segments(this.leaves.get(one))) {
        if (inside.has(this.beyond(a, b))) continue;
        const heads = onward.get(this.point(a));
        if (heads) heads.push(b);
        else onward.set(this.point(a), [b]);
        if (!this.starts.has(this.point(a))) this.starts.set(this.point(a), a);
      }
    }
    const rings: Point[][] = [];
    for (const [first, heads] of onward) {
      while (heads.length) rings.push(this.walk(first, onward));
    }
    return polygons(rings);
  }

  private readonly starts = new Map<number, Point>();

  private walk(first: number, onward: Map<number, Point[]>): Point[] {
    const ring = [this.starts.get(first) as Point];
    for (let at = first; ; ) {
      const next = onward.get(at)?.pop();
      if (!next) return ring;
      ring.push(next);
      at = this.point(next);
      if (at === first) return ring;
    }
  }

  // The leaves whose boxes meet a box.
  *near(box: Box): Generator<Leaf> {
    if (this.squares) yield* this.squares.near(box);
    for (const leaf of this.base?.near(box) ?? []) if (!this.changed.has(leaf.key)) yield leaf;
    for (const leaf of this.own) if (meets(leaf.box, box)) yield leaf;
  }

  private round([x, y]: Point, reach: number): Generator<Leaf> {
    return this.near([x - reach, y - reach, x + reach, y + reach]);
  }

  leafAt(at: Point): string | undefined {
    for (const leaf of this.round(at, 0)) if (holds(leaf.rings, at)) return leaf.key;
    return undefined;
  }

  unitAt(at: Point, level: number): Unit | undefined {
    const leaf = this.leafAt(at);
    return leaf === undefined ? undefined : this.standing(leaf, level);
  }

  vertexNear(at: Point, reach: number): Found | undefined {
    let best: Found | undefined;
    for (const leaf of this.round(at, reach)) {
      for (const ring of leaf.rings) {
        for (let i = 0; i < ring.length; i += 2) {
          const distance = Math.hypot((ring[i] as number) - at[0], (ring[i + 1] as number) - at[1]);
          if (distance <= reach && (!best || distance < best.distance)) best = { at: [ring[i] as number, ring[i + 1] as number], distance };
        }
      }
    }
    return best;
  }

  segmentNear(at: Point, reach: number): FoundSegment | undefined {
    let best: FoundSegment | undefined;
    for (const leaf of this.round(at, reach)) {
      for (const [a, b] of segments(leaf)) {
        const foot = footOf(a, b, at);
        const distance = Math.hypot(foot[0] - at[0], foot[1] - at[1]);
        if (distance <= reach && (!best || distance < best.distance)) best = { at: foot, distance, a, b, leaf: leaf.key };
      }
    }
    return best;
  }

  // The border between two junctions through a segment: the vertices in order (the first again at the end if it is closed).
  borderThrough(segment: FoundSegment): Point[] {
    const degree = (p: Point): number => this.neighbours(p).length;
    const forth = [segment.a, segment.b];
    const grow = (line: Point[]): void => {
      for (;;) {
        const [before, last] = line.slice(-2) as [Point, Point];
        if (degree(last) !== 2 || same(last, line[0] as Point)) return;
        const next = this.neighbours(last).find((p) => !same(p, before));
        if (!next || line.length > 20_000) return;
        line.push(next);
      }
    };
    grow(forth);
    if (same(forth[0] as Point, forth[forth.length - 1] as Point)) return forth;
    const back = [segment.b, segment.a];
    grow(back);
    return [...back.reverse().slice(0, -1), ...forth.slice(1)];
  }

  // The vertices next to a vertex, over all leaves that meet there.
  neighbours(at: Point): Point[] {
    const found = new Map<number, Point>();
    for (const leaf of this.round(at, 0)) {
      for (const ring of leaf.rings) {
        for (let i = 0, end = ring.length; i < end; i += 2) {
          if (ring[i] !== at[0] || ring[i + 1] !== at[1]) continue;
          for (const j of [(i + 2) % end, (i + end - 2) % end]) {
            const next: Point = [ring[j] as number, ring[j + 1] as number];
            found.set(this.point(next), next);
          }
        }
      }
    }
    return [...found.values()];
  }

  // The leaves that have a vertex at a place.
  leavesWith(at: Point): string[] {
    const found: string[] = [];
    for (const leaf of this.round(at, 0)) {
      if (leaf.rings.some((ring) => pointsOf(ring).some((p) => same(p, at)))) found.push(leaf.key);
    }
    return found;
  }
}

function unitOf(town: Town, { key, code, full, name, label, level, kind, parent }: Town["units"][number]): Unit {
  const above = parent === null ? null : (town.units[parent]?.key ?? null);
  return { key, code, name: full, own: name, label, level: level as Level, kind, parent: above };
}

function cornerOf(town: Town): Point {
  const least = (values: Float64Array): number => values.reduce((one, other) => Math.min(one, other), Infinity);
  return [least(town.x) - MARGIN, least(town.y) - MARGIN];
}
