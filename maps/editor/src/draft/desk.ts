// What every gesture works with: the map, the draft, the level that is worked on, and what the planner is told.

import type { Canvas, Pointer } from "./canvas";
import type { Draft } from "./draft";
import type { Place } from "./operations";
import type { Point } from "./plane";
import type { Level, Unit } from "./drawn";
import { Guides } from "./guides";
import { footOf, same } from "./plane";
import { crossing, trace } from "./trace";

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
  readonly trace: string;
  readonly noTrace: string;
}

export const REACH = 11; // pixels
const NEAR_CM = 10_000; // how far round two places a way is looked for, at least

export interface Snapped {
  readonly at: Point;
  readonly place: Place;
  readonly kind: "vertex" | "on" | "line" | "free"; // a vertex of a border, a border, a street or reference line, none
  readonly traced?: boolean; // on the way to the place that was clicked
}

export class Desk {
  level: Level = 2;
  snapping = true;
  readonly guides = new Guides();

  constructor(
    readonly canvas: Canvas,
    readonly draft: Draft,
    readonly words: Words,
  ) {}

  get reach(): number {
    return REACH * this.canvas.resolution;
  }

  // A vertex of a border within reach goes before where a street crosses a border, that before a border, a street, the free place.
  snap(pointer: Pointer): Snapped {
    const free: Snapped = { at: pointer.at, place: pointer.at, kind: "free" };
    if (!this.snapping || pointer.alt) return free;
    const sheet = this.draft.sheet;
    const vertex = sheet.vertexNear(pointer.at, this.reach);
    if (vertex) return { at: vertex.at, place: { vertex: vertex.at }, kind: "vertex" };
    const segment = sheet.segmentNear(pointer.at, this.reach);
    if (!segment) {
      const line = this.guides.find(pointer.at, this.reach);
      return line ? { at: line.at, place: line.at, kind: "line" } : free;
    }
    const at = this.crossed([segment.a, segment.b], pointer.at) ?? footOf(segment.a, segment.b, pointer.at);
    if (same(at, segment.a) || same(at, segment.b)) return { at, place: { vertex: at }, kind: "vertex" };
    return { at, place: { on: [segment.a, segment.b], at }, kind: "on" };
  }

  // Where a street crosses a border within reach; the nearest such place.
  private crossed(border: readonly [Point, Point], near: Point): Point | undefined {
    const away = (p: Point): number => Math.hypot(p[0] - near[0], p[1] - near[1]);
    const found = this.guides.around(near, this.reach).map((line) => crossing(border, line));
    return found.filter((p): p is Point => p !== null && away(p) <= this.reach).sort((p, q) => away(p) - away(q))[0];
  }

  // The places between two along streets, reference lines and borders; null where no way along lines leads from one to the other.
  along(from: Point, to: Point): Snapped[] | null {
    const { sheet } = this.draft;
    const beyond = Math.max(NEAR_CM, Math.hypot(to[0] - from[0], to[1] - from[1]) / 2);
    const box = [Math.min(from[0], to[0]) - beyond, Math.min(from[1], to[1]) - beyond, Math.max(from[0], to[0]) + beyond, Math.max(from[1], to[1]) + beyond] as const;
    const way = trace(from, to, this.guides.within(box, sheet.near(box)), this.reach);
    return way && way.map((at) => ({ at, ...(sheet.vertexNear(at, 0) ? { place: { vertex: at }, kind: "vertex" } : { place: at, kind: "line" }), traced: true }));
  }

  // What the planner is told of the tool, or instead of it for a moment.
  advice = "";
  advise(instead: string | null): void {
    const line = document.querySelector<HTMLElement>("#advice");
    const text = instead ?? this.advice;
    if (line && line.textContent !== text) line.textContent = text;
  }

  // Which ring of the outline of a unit a place lies on; -1 if on none, a border inside the unit included.
  ringOf(snapped: Snapped, unit: string): number {
    const { place } = snapped;
    if (!("vertex" in place) && !("on" in place)) return -1;
    const rings = this.draft.sheet.outline(unit).flat(1);
    const ends = "vertex" in place ? [place.vertex] : place.on;
    return rings.findIndex((ring) => {
      const found = ends.map((end) => ring.findIndex((p) => same(p, end)));
      if (found.includes(-1)) return false;
      const apart = Math.abs((found[0] as number) - (found[found.length - 1] as number));
      return ends.length === 1 || apart === 1 || apart === ring.length - 2;
    });
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

  // Asked for at every move of a drag, in which the leaves stay the same.
  private tinted = "";

  untint(): void {
    this.tinted = "";
    this.canvas.clear("touched");
  }

  tint(leaves: readonly string[]): void {
    const name = [this.level, this.draft.drawn.rev, ...leaves].join();
    if (name === this.tinted) return;
    this.tinted = name;
    const keys = new Set([...leaves].map((leaf) => this.draft.sheet.standing(leaf, this.level)?.key ?? leaf));
    this.canvas.clear("touched");
    this.canvas.areas("touched", [...keys].map((key) => ({ polygons: this.draft.sheet.outline(key) })));
  }
}

// A text with {names} filled in; the values are data and stay text.
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
