// What every gesture works with: the map, the draft, the level that is worked on, and what the planner is told.

import type { Canvas, Pointer } from "./canvas";
import type { Draft } from "./draft";
import type { Place } from "./operations";
import type { Level, Point, Unit } from "./sheet";
import { footOf, same } from "./sheet";

export interface Words {
  readonly advice: Readonly<Record<string, string>>;
  readonly touched: string;
  readonly joint: string;
  readonly length: string;
  readonly vertex: string;
  readonly saving: string;
  readonly saved: string;
  readonly stale: string;
  readonly failed: string;
  readonly givers: string;
}

export const REACH = 11; // pixels

export interface Snapped {
  readonly at: Point;
  readonly place: Place;
  readonly kind: "vertex" | "on" | "free";
}

export class Desk {
  level: Level = 2;
  snapping = true;

  constructor(
    readonly canvas: Canvas,
    readonly draft: Draft,
    readonly words: Words,
  ) {}

  get reach(): number {
    return REACH * this.canvas.resolution;
  }

  // A vertex within reach before a border within reach, that before the free place.
  snap(pointer: Pointer): Snapped {
    const free: Snapped = { at: pointer.at, place: pointer.at, kind: "free" };
    if (!this.snapping || pointer.alt) return free;
    const sheet = this.draft.sheet;
    const vertex = sheet.vertexNear(pointer.at, this.reach);
    if (vertex) return { at: vertex.at, place: { vertex: vertex.at }, kind: "vertex" };
    const segment = sheet.segmentNear(pointer.at, this.reach);
    if (!segment) return free;
    const at = footOf(segment.a, segment.b, pointer.at);
    if (same(at, segment.a) || same(at, segment.b)) return { at, place: { vertex: at }, kind: "vertex" };
    return { at, place: { on: [segment.a, segment.b], at }, kind: "on" };
  }

  // Whether a place lies on the outline of a unit (and not on a border inside it).
  onOutline(snapped: Snapped, unit: string): boolean {
    const { sheet } = this.draft;
    const inside = new Set(sheet.leavesUnder(unit));
    const parts = (a: Point, b: Point): boolean => inside.has(sheet.beyond(a, b)) !== inside.has(sheet.beyond(b, a));
    const { place } = snapped;
    if ("vertex" in place) return sheet.neighbours(place.vertex).some((next) => parts(place.vertex, next));
    return "on" in place ? parts(place.on[0], place.on[1]) : false;
  }

  names(units: Iterable<Unit>): string {
    return [...new Set([...units].map((unit) => unit.name))].join(this.words.joint);
  }

  tell(units: readonly Unit[]): void {
    const box = document.querySelector<HTMLElement>("#touched");
    if (!box) return;
    box.hidden = units.length === 0;
    box.textContent = fill(this.words.touched, { names: this.names(units) });
  }

  // All units, of every level, that have one of the leaves in them.
  unitsOver(leaves: Iterable<string>): Unit[] {
    const found = new Map<string, Unit>();
    for (const leaf of leaves) for (const unit of this.draft.sheet.above(leaf)) if (unit.kind !== "residual") found.set(unit.key, unit);
    return [...found.values()].sort((one, other) => one.level - other.level);
  }

  tint(leaves: Iterable<string>): void {
    const keys = new Set([...leaves].map((leaf) => this.draft.sheet.standing(leaf, this.level)?.key ?? leaf));
    this.canvas.clear("tint");
    this.canvas.areas("tint", [...keys].map((key) => ({ polygons: this.draft.sheet.outline(key), look: "touched" })));
  }
}

// A text with {names} filled in; the values are data and stay text.
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
