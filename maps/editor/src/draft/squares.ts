// Which leaves lie near a place, without asking all: squares of the plane, each with the leaves whose boxes meet it.

import type { Leaf } from "./leaves";

export type Box = Leaf["box"];

export const meets = (one: Box, other: Box): boolean => one[0] <= other[2] && other[0] <= one[2] && one[1] <= other[3] && other[1] <= one[3];

const WIDE = 2 ** 24;

export class Squares {
  private readonly squares = new Map<number, Leaf[]>();
  private readonly side: number; // about as wide as a leaf
  private readonly box: Box;

  constructor(leaves: readonly Leaf[]) {
    const least = (n: 0 | 1): number => leaves.reduce((one, { box }) => Math.min(one, box[n]), Infinity);
    const most = (n: 2 | 3): number => leaves.reduce((one, { box }) => Math.max(one, box[n]), -Infinity);
    this.box = [least(0), least(1), most(2), most(3)];
    this.side = Math.max(1, Math.sqrt(((this.box[2] - this.box[0]) * (this.box[3] - this.box[1])) / (leaves.length || 1)));
    for (const leaf of leaves) {
      for (const name of this.names(leaf.box)) {
        const there = this.squares.get(name);
        if (there) there.push(leaf);
        else this.squares.set(name, [leaf]);
      }
    }
  }

  private *names(box: Box): Generator<number> {
    const place = (value: number, n: 0 | 1): number => Math.floor((Math.max(this.box[n], Math.min(this.box[n === 0 ? 2 : 3], value)) - this.box[n]) / this.side);
    for (let x = place(box[0], 0); x <= place(box[2], 0); x += 1) for (let y = place(box[1], 1); y <= place(box[3], 1); y += 1) yield x * WIDE + y;
  }

  // Each leaf whose box meets another box, once.
  near(box: Box): Set<Leaf> {
    const found = new Set<Leaf>();
    if (!meets(this.box, box)) return found;
    for (const name of this.names(box)) for (const leaf of this.squares.get(name) ?? []) if (meets(leaf.box, box)) found.add(leaf);
    return found;
  }
}
