// Draws a sheet: borders by level, names, what the draft changed against what is filed.

import type { Canvas, Drawn } from "./canvas";
import type { Draft } from "./draft";
import { segments } from "./leaves";
import type { Leaf } from "./leaves";
import { meets } from "./squares";
import { area2 } from "./plane";
import type { Point } from "./plane";
import type { Sheet } from "./sheet";

// What is worked out after the frame, when the page has nothing else to do.
export type Later = (work: () => void) => void;

export class Painter {
  private base: Sheet | null = null;
  private last: Sheet | null = null; // what is on the canvas
  private shown: ReadonlySet<string> = new Set(); // the leaves and units in which that differs from what is filed
  private readonly unplaced = new Set<string>(); // units whose name may stand better elsewhere
  private waiting = false;

  constructor(
    private readonly canvas: Pick<Canvas, "group" | "clear" | "areas" | "inside" | "show">,
    private readonly draft: Pick<Draft, "sheet" | "filed" | "drawn">,
    private readonly later: Later,
  ) {}

  // Draws anew only what differs from what is drawn already: a step costs the same however much was drawn before it.
  paint(): void {
    const { sheet, filed } = this.draft;
    const whole = this.base !== filed || !this.last; // at first, and when the draft was brought up to date
    if (whole) this.clear(sheet);
    const last = whole ? sheet : (this.last as Sheet);
    const touched = whole ? new Set([...sheet.leaves.keys(), ...sheet.units.keys()]) : sheet.differing(last);
    this.base = filed;
    this.last = sheet;
    this.borders(touched, last);
    this.names(touched, last);
    this.differences(touched, last);
  }

  only(changed: boolean): void {
    this.canvas.show("still", !changed);
  }

  private clear(sheet: Sheet): void {
    this.canvas.clear("ground", "still", "labels", "tint", "moved", "ghost", "fresh");
    const tops = sheet.below.get("") ?? [];
    this.canvas.areas("ground", tops.map((key) => ({ polygons: sheet.outline(key) })));
    this.shown = new Set();
  }

  // A border is drawn with the leaf it comes from; those beside a leaf that changed are drawn anew as well.
  private borders(touched: ReadonlySet<string>, last: Sheet): void {
    const { sheet } = this.draft;
    const anew = new Set(touched);
    if (sheet !== last) for (const state of [sheet, last]) for (const key of touched) for (const next of beside(state, key)) anew.add(next);
    const groups = new Map<string, Drawn[]>();
    for (const key of anew) {
      const rest = sheet.units.get(key)?.kind === "residual" ? [{ polygons: sheet.outline(key), look: "residual" }] : [];
      groups.set(key, [...rest, ...Array.from(sheet.arcs([key]), ({ rank, points }) => ({ points, look: rank }))]);
    }
    this.canvas.group("still", groups);
  }

  // What is called otherwise than before at once; where the other names stand best, in shapes that changed, afterwards.
  private names(touched: ReadonlySet<string>, last: Sheet): void {
    const { sheet } = this.draft;
    const above = new Set([sheet, last].flatMap((state) => [...touched].flatMap((key) => state.above(key).map((unit) => unit.key))));
    const called = [...above].filter((key) => last === sheet || last.units.get(key)?.label !== sheet.units.get(key)?.label);
    this.labels(called);
    for (const key of above) this.unplaced.add(key);
    for (const key of called) this.unplaced.delete(key);
    if (this.waiting || !this.unplaced.size) return;
    this.waiting = true;
    this.later(() => {
      this.waiting = false;
      this.labels([...this.unplaced]);
      this.unplaced.clear();
    });
  }

  private labels(keys: Iterable<string>): void {
    const { sheet } = this.draft;
    const groups = new Map<string, Drawn[]>();
    for (const key of keys) {
      const unit = sheet.units.get(key);
      const place = unit && unit.kind !== "residual" ? this.canvas.inside(sheet.outline(key)) : undefined;
      groups.set(key, unit && place ? [{ at: place.at, room: place.room, text: unit.label, look: unit.level }] : []);
    }
    this.canvas.group("labels", groups);
  }

  private differences(touched: ReadonlySet<string>, last: Sheet): void {
    const { sheet, filed, drawn } = this.draft;
    const leaves = Object.keys(drawn.leaves);
    const shown = new Set([...leaves, ...drawn.gone, ...drawn.units.map(({ key }) => key)]);
    const either = new Set([...shown, ...this.shown]);
    const near = around(touched, [...either], [sheet, last, filed]);
    this.canvas.group("fresh", lone(near, shown, sheet, filed));
    this.canvas.group("ghost", lone(near, shown, filed, sheet));
    const tops = new Set([...touched].flatMap((key) => (either.has(key) ? [...top(last, key), ...top(sheet, key)] : [])));
    const tints = new Map<string, Drawn[]>();
    const moved = new Map<string, Drawn[]>();
    for (const key of tops) {
      const [before, after] = [filed.units.has(key) ? filed.outline(key) : [], sheet.outline(key)];
      const gained = sheet.units.has(key) ? size(after) - size(before) : 0;
      tints.set(key, gained === 0 ? [] : [{ polygons: after, look: before.length === 0 ? "new" : gained > 0 ? "gains" : "loses" }]);
      moved.set(key, gained > 0 ? [{ polygons: [...before, ...after] }] : []);
    }
    this.canvas.group("tint", tints);
    this.canvas.group("moved", moved);
    this.shown = shown;
  }
}

// The unit of level 2 (or the leaf above it) in which a change is shown.
function top(sheet: Sheet, key: string): string[] {
  const unit = sheet.standing(key, 2);
  return unit ? [unit.key] : [];
}

// Those of some leaves that lie at leaves that were touched, in any of the sheets.
function around(touched: ReadonlySet<string>, leaves: readonly string[], sheets: readonly Sheet[]): Set<string> {
  const boxes = (key: string): Leaf["box"][] => sheets.flatMap((sheet) => { const leaf = sheet.leaves.get(key); return leaf ? [leaf.box] : []; });
  const there = [...touched].flatMap(boxes);
  return new Set(leaves.filter((key) => touched.has(key) || boxes(key).some((box) => there.some((other) => meets(box, other)))));
}

const size = (polygons: readonly (readonly (readonly Point[])[])[]): number => polygons.flat(1).reduce((sum, ring) => sum + area2(ring), 0);

function* beside(sheet: Sheet, key: string): Generator<string> {
  for (const [a, b] of segments(sheet.leaves.get(key))) {
    const next = sheet.beyond(a, b);
    if (next !== "") yield next;
  }
}

// By leaf, the lines that one sheet has and the other has not, in leaves that are shown.
function lone(leaves: Iterable<string>, shown: ReadonlySet<string>, one: Sheet, other: Sheet): Map<string, Drawn[]> {
  return new Map([...leaves].map((key) => [key, shown.has(key) ? runs(alone(key, one, other)) : []]));
}

function* alone(key: string, one: Sheet, other: Sheet): Generator<readonly [Point, Point]> {
  for (const [a, b] of segments(one.leaves.get(key))) {
    if (other.has(a, b)) continue;
    const beyond = one.beyond(a, b);
    if (beyond === "" || key < beyond || !one.leaves.has(beyond)) yield [a, b];
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
