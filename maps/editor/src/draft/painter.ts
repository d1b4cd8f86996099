// Draws a sheet: borders by level, names, what the draft changed against what is filed.

import type { Canvas, Drawn } from "./canvas";
import type { Draft } from "./draft";
import { segments } from "./leaves";
import { area2 } from "./plane";
import type { Point } from "./plane";
import type { Sheet } from "./sheet";

export class Painter {
  private base: Sheet | null = null;
  private last: Sheet | null = null; // what is on the canvas
  private moved = new Set<string>(); // the leaves and units in which that differs from what is filed

  constructor(
    private readonly canvas: Canvas,
    private readonly draft: Draft,
  ) {}

  // Draws anew only what differs from what is drawn already.
  paint(): void {
    const { sheet, drawn } = this.draft;
    const moved = new Set([...Object.keys(drawn.leaves), ...drawn.gone, ...drawn.units.map(({ key }) => key)]);
    const states = this.last ? [sheet, this.last] : [sheet];
    const whole = this.base !== this.draft.filed; // at first, and when the draft was brought up to date
    const touched = whole ? new Set(states.flatMap((state) => [...state.leaves.keys(), ...state.units.keys()])) : new Set([...this.moved, ...moved]);
    if (whole) this.ground(sheet);
    this.base = this.draft.filed;
    this.borders(sheet, states, touched);
    this.labels(sheet, states, touched);
    this.canvas.clear("tint", "moved", "ghost", "fresh");
    this.differences();
    this.last = sheet;
    this.moved = moved;
  }

  only(changed: boolean): void {
    this.canvas.show("still", !changed);
  }

  private ground(sheet: Sheet): void {
    this.canvas.clear("ground");
    const tops = sheet.below.get("") ?? [];
    this.canvas.areas("ground", tops.map((key) => ({ polygons: sheet.outline(key) })));
  }

  // A border is drawn with the leaf it comes from; those beside a leaf that changed are drawn anew as well.
  private borders(sheet: Sheet, states: readonly Sheet[], touched: ReadonlySet<string>): void {
    const anew = new Set(touched);
    if (touched.size < sheet.leaves.size) for (const state of states) for (const key of touched) for (const next of beside(state, key)) anew.add(next);
    const groups = new Map<string, Drawn[]>();
    for (const key of anew) {
      const rest = sheet.units.get(key)?.kind === "residual" ? [{ polygons: sheet.outline(key), look: "residual" }] : [];
      groups.set(key, [...rest, ...Array.from(sheet.arcs([key]), ({ rank, points }) => ({ points, look: rank }))]);
    }
    this.canvas.group("still", groups);
  }

  private labels(sheet: Sheet, states: readonly Sheet[], touched: ReadonlySet<string>): void {
    const keys = new Set<string>();
    for (const state of states) for (const key of touched) for (const unit of state.above(key)) keys.add(unit.key);
    const groups = new Map<string, Drawn[]>();
    for (const key of keys) {
      const unit = sheet.units.get(key);
      const place = unit && unit.kind !== "residual" ? this.canvas.inside(sheet.outline(key)) : undefined;
      groups.set(key, unit && place ? [{ at: place.at, room: place.room, text: unit.label, look: unit.level }] : []);
    }
    this.canvas.group("labels", groups);
  }

  private differences(): void {
    const { sheet, filed, drawn } = this.draft;
    const leaves = Object.keys(drawn.leaves);
    this.canvas.lines("fresh", runs(lone(leaves, sheet, filed)));
    this.canvas.lines("ghost", runs(lone([...leaves, ...drawn.gone], filed, sheet)));
    for (const key of new Set([...leaves, ...drawn.units.map((unit) => unit.key)].flatMap((leaf) => this.tops(leaf)))) {
      const [before, after] = [filed.units.has(key) ? filed.outline(key) : [], sheet.outline(key)];
      const gained = size(after) - size(before);
      if (gained === 0) continue;
      this.canvas.areas("tint", [{ polygons: after, look: before.length === 0 ? "new" : gained > 0 ? "gains" : "loses" }]);
      if (gained > 0) this.canvas.areas("moved", [{ polygons: [...before, ...after] }]);
    }
  }

  // The unit of level 2 (or the leaf above it) in which a change is shown.
  private tops(key: string): string[] {
    const unit = this.draft.sheet.standing(key, 2);
    return unit ? [unit.key] : [];
  }
}

const size = (polygons: readonly (readonly (readonly Point[])[])[]): number => polygons.flat(1).reduce((sum, ring) => sum + area2(ring), 0);

function* beside(sheet: Sheet, key: string): Generator<string> {
  for (const [a, b] of segments(sheet.leaves.get(key))) {
    const next = sheet.beyond(a, b);
    if (next !== "") yield next;
  }
}

// The segments of leaves that one sheet has and the other has not.
function* lone(leaves: Iterable<string>, one: Sheet, other: Sheet): Generator<readonly [Point, Point]> {
  for (const key of new Set(leaves)) {
    for (const [a, b] of segments(one.leaves.get(key))) {
      if (other.has(a, b)) continue;
      const beyond = one.beyond(a, b);
      if (beyond === "" || key < beyond || !one.leaves.has(beyond)) yield [a, b];
    }
  }
}

// Segments that follow each other as one line, so that dashes run on.
function runs(pieces: Iterable<readonly [Point, Point]>): { points: Point[] }[] {
  const lines: { points: Point[] }[] = [];
  for (const [a, b] of pieces) {
    const last = lines[lines.length - 1]?.points;
    const end = last?.[last.length - 1];
    if (last && end && end[0] === a[0] && end[1] === a[1]) last.push(b);
    else lines.push({ points: [a, b] });
  }
  return lines;
}
