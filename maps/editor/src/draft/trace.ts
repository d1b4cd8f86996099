// The way along lines from one place to another: the shortest over the segments given. Pure: points are whole centimetres.

import { footOf, same } from "./plane";
import type { Point } from "./plane";

export type Segment = readonly [Point, Point];

const HOP = 2; // a stretch off the lines counts as so many times its length, so that it is as short as it can be

interface Node {
  readonly at: Point;
  readonly next: Map<string, number>; // by name, what it costs to get there
  cost: number;
  from: Node | null;
  done: boolean;
}

const nameOf = ([x, y]: Point): string => `${x},${y}`;
const length = (p: Point, q: Point): number => Math.hypot(p[0] - q[0], p[1] - q[1]);

class Network {
  readonly nodes = new Map<string, Node>();

  node(at: Point): Node {
    const name = nameOf(at);
    let found = this.nodes.get(name);
    if (!found) this.nodes.set(name, (found = { at, next: new Map(), cost: Infinity, from: null, done: false }));
    return found;
  }

  join(p: Point, q: Point, cost: number): void {
    if (same(p, q)) return;
    const [one, other] = [this.node(p), this.node(q)];
    if ((one.next.get(nameOf(q)) ?? Infinity) <= cost) return;
    one.next.set(nameOf(q), cost);
    other.next.set(nameOf(p), cost);
  }

  // A segment, with the places that lie on it as nodes of it.
  lay([a, b]: Segment, ends: readonly Point[], reach: number): void {
    const feet = ends.flatMap((end) => {
      const foot = footOf(a, b, end);
      const away = length(foot, end);
      if (away > reach) return [];
      this.join(end, foot, HOP * away);
      return [foot];
    });
    const stops = [a, ...feet.sort((p, q) => length(a, p) - length(a, q)), b];
    for (let n = 1; n < stops.length; n += 1) this.join(stops[n - 1] as Point, stops[n] as Point, length(stops[n - 1] as Point, stops[n] as Point));
  }
}

// What lies between `from` and `to` (neither of them) on the shortest way along the segments; null where there is none. Either
// may lie up to `reach` beside its line.
export function trace(from: Point, to: Point, segments: Iterable<Segment>, reach: number): Point[] | null {
  const network = new Network();
  for (const segment of segments) network.lay(segment, [from, to], reach);
  const end = network.nodes.get(nameOf(to));
  const start = network.nodes.get(nameOf(from));
  if (!start || !end || start === end) return null;
  start.cost = 0;
  const heap = new Heap();
  heap.push(start);
  for (let node = heap.pop(); node; node = heap.pop()) {
    if (node === end) break;
    if (node.done) continue;
    node.done = true;
    for (const [name, cost] of node.next) {
      const next = network.nodes.get(name) as Node;
      if (node.cost + cost >= next.cost) continue;
      next.cost = node.cost + cost;
      next.from = node;
      heap.push(next);
    }
  }
  if (!end.from) return null;
  const way: Point[] = [];
  for (let node = end.from; node !== start; node = node.from as Node) way.push(node.at);
  return way.reverse();
}

// The node that costs least first; one that became cheaper is pushed again.
class Heap {
  private readonly entries: (readonly [number, Node])[] = [];

  push(node: Node): void {
    const { entries } = this;
    let at = entries.push([node.cost, node]) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if ((entries[up] as (typeof entries)[0])[0] <= (entries[at] as (typeof entries)[0])[0]) return;
      this.swap(at, up);
      at = up;
    }
  }

  pop(): Node | undefined {
    const { entries } = this;
    if (!entries.length) return undefined;
    this.swap(0, entries.length - 1);
    const least = entries.pop()?.[1];
    for (let at = 0; ; ) {
      const cost = (n: number): number => entries[n]?.[0] ?? Infinity;
      const left = 2 * at + 1;
      const child = cost(left + 1) < cost(left) ? left + 1 : left;
      if (cost(child) >= cost(at)) return least;
      this.swap(at, child);
      at = child;
    }
  }

  private swap(one: number, other: number): void {
    [this.entries[one], this.entries[other]] = [this.entries[other] as readonly [number, Node], this.entries[one] as readonly [number, Node]];
  }
}

// Where two segments cross, to the nearest centimetre; null if they do not.
export function crossing([a, b]: Segment, [p, q]: Segment): Point | null {
  const [ux, uy, vx, vy] = [b[0] - a[0], b[1] - a[1], q[0] - p[0], q[1] - p[1]];
  const across = ux * vy - uy * vx;
  if (across === 0) return null;
  const along = ((p[0] - a[0]) * vy - (p[1] - a[1]) * vx) / across;
  const beside = ((p[0] - a[0]) * uy - (p[1] - a[1]) * ux) / across;
  if (along < 0 || along > 1 || beside < 0 || beside > 1) return null;
  return [Math.round(a[0] + along * ux), Math.round(a[1] + along * uy)];
}
