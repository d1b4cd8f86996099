// Draws a sheet: borders by level, names, what the draft changed against what is filed.

import type { Canvas } from "./canvas";
import type { Draft } from "./draft";
import { area2, segments } from "./sheet";
import type { Point, Sheet } from "./sheet";

const LABELLED = 6_000;

export class Painter {
  private changedOnly = false;

  constructor(
    private readonly canvas: Canvas,
    private readonly draft: Draft,
  ) {}

  paint(): void {
    const { sheet } = this.draft;
    this.ground(sheet);
    this.canvas.clear("still", "labels", "tint", "moved", "ghost", "fresh");
    if (!this.changedOnly) this.borders(sheet);
    this.differences();
    this.labels(sheet);
  }

  only(changed: boolean): void {
    this.changedOnly = changed;
    this.paint();
  }

  private ground(sheet: Sheet): void {
    if (!this.painted) {
      const tops = sheet.below.get("") ?? [];
      this.canvas.areas("ground", tops.map((key) => ({ polygons: sheet.outline(key) })));
      this.painted = true;
    }
  }
  private painted = false;

  private borders(sheet: Sheet): void {
    const arcs = [...sheet.arcs()].sort((one, other) => (other.rank || 1) - (one.rank || 1));
    const rest = [...sheet.units.values()].filter((unit) => unit.kind === "residual");
    this.canvas.areas("still", rest.map((unit) => ({ polygons: sheet.outline(unit.key), look: "residual" })));
    this.canvas.lines("still", arcs.map(({ rank, points }) => ({ points, look: rank })));
  }

  private labels(sheet: Sheet): void {
    const units = [...sheet.units.values()].filter((unit) => unit.kind !== "residual");
    const marks = units.slice(0, LABELLED).flatMap((unit) => {
      const place = this.canvas.inside(this.outline(sheet, unit.key));
      return place ? [{ at: place.at, room: place.room, text: unit.label, look: unit.level }] : [];
    });
    this.canvas.marks("labels", marks);
  }

  // Outlines of the filed state are asked for again and again.
  private readonly kept = new Map<string, Point[][][]>();
  private outline(sheet: Sheet, key: string): Point[][][] {
    const same = sheet.leavesUnder(key).every((leaf) => sheet.leaves.get(leaf) === this.draft.filed.leaves.get(leaf));
    if (!same) return sheet.outline(key);
    let found = this.kept.get(key);
    if (!found) this.kept.set(key, (found = sheet.outline(key)));
    return found;
  }

  forget(): void {
    this.kept.clear();
    this.painted = false;
    this.canvas.clear("ground");
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
