// What is drawn: after any steps, forth and back, the same as if the draft was opened there; and a step draws only what it touches.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Drawn, DrawnArea } from "../src/draft/canvas";
import { stepped } from "../src/draft/drawn";
import type { DrawnDocument, StepDocument, Unit } from "../src/draft/drawn";
import type { Layer } from "../src/draft/looks";
import { Painter } from "../src/draft/painter";
import type { Point } from "../src/draft/plane";
import type { Sheet } from "../src/draft/sheet";
import { sheetOf } from "./towns";

// Two villages of four grids each, beside each other, and a third that nothing happens to.
const TOWN = sheetOf(["cdghkl", "abefij"], Object.fromEntries([..."abcd"].map((key) => [key, "v"]).concat([..."efgh"].map((key) => [key, "w"]), [..."ijkl"].map((key) => [key, "x"]))));
const NOTHING: DrawnDocument = { base: "1", borders: "", rev: 1, state: "draft", cursor: 0, undone: 0, is_correction: false, units: [], leaves: {}, gone: [], codes: {}, stopped: null };
const unit = (key: string, parent: string, label = key): Unit => ({ key, code: key, name: key, own: key, label, level: 2, kind: "ordinary", parent });

// Remembers what is on it.
class Sheets {
  readonly groups = new Map<Layer, Map<string, readonly Drawn[]>>();
  given: string[] = [];
  group(name: Layer, groups: ReadonlyMap<string, readonly Drawn[]>): void {
    const kept = this.groups.get(name) ?? new Map<string, readonly Drawn[]>();
    for (const [key, items] of groups) kept.set(key, items);
    this.groups.set(name, kept);
    this.given.push(...groups.keys());
  }
  clear(...names: Layer[]): void {
    for (const name of names) this.groups.delete(name);
  }
  areas(name: Layer, areas: Iterable<DrawnArea>): void {
    if (name === "ground") this.land = [...areas].length; // of one colour, drawn once
  }
  land = 0;
  inside(polygons: readonly (readonly (readonly Point[])[])[]): { at: Point; room: number } | undefined {
    const points = polygons.flat(2);
    return points.length ? { at: points.reduce((p, q) => [p[0] + q[0], p[1] + q[1]]), room: points.length } : undefined;
  }
  show(): void {}
  get seen(): Record<string, Record<string, readonly Drawn[]>> {
    const seen: Record<string, Record<string, readonly Drawn[]>> = {};
    for (const [name, groups] of this.groups) seen[name] = Object.fromEntries([...groups].filter(([, items]) => items.length).sort(([a], [b]) => (a < b ? -1 : 1)));
    return seen;
  }
}

class Planner {
  readonly filed = TOWN;
  sheet: Sheet = TOWN;
  drawn = NOTHING;
  readonly canvas = new Sheets();
  private todo: (() => void)[] = [];
  readonly painter = new Painter(this.canvas, this, (work) => this.todo.push(work));
  take(drawn: DrawnDocument): void {
    this.drawn = drawn;
    this.sheet = this.filed.with(drawn);
    this.canvas.given = [];
    this.painter.paint();
  }
  idle(): void {
    for (const work of this.todo.splice(0)) work();
  }
}

const shift = (x: number): StepDocument["leaves"] => ({
  // The vertex in the middle of village v goes to the right: four grids look otherwise.
  a: [[0, 0, 10, 0, x, 10, -10 - x, 0]], b: [[10, 0, 10, 0, 0, 10, -10 + x, 0]],
  c: [[0, 10, 10 + x, 0, -x, 10, -10, 0]], d: [[10 + x, 10, 10 - x, 0, 0, 10, -10, 0]],
});
const v = [..."abcd"].map((key) => unit(key, "v"));
const STEPS: StepDocument[] = [
  { ...NOTHING, from: 1, rev: 2, cursor: 1, codes: null, units: v, leaves: shift(2) },
  // e and f become one, e, with another name.
  { ...NOTHING, from: 2, rev: 3, cursor: 2, codes: null, units: [unit("e", "w", "E")], gone: ["f"], leaves: { e: [[20, 0, 10, 0, 10, 0, 0, 10, -10, 0, -10, 0]] } },
  { ...NOTHING, from: 3, rev: 4, cursor: 3, codes: null, units: v, leaves: shift(4) },
  // h goes to village v.
  { ...NOTHING, from: 4, rev: 5, cursor: 4, codes: null, units: [unit("g", "v")], leaves: { g: [[20, 10, 10, 0, 0, 10, -10, 0]] } },
  { ...NOTHING, from: 5, rev: 6, cursor: 3, undone: 1, codes: null, units: [unit("g", "w")], leaves: { g: [[20, 10, 10, 0, 0, 10, -10, 0]] } },
  { ...NOTHING, from: 6, rev: 7, cursor: 2, undone: 2, codes: null, units: v, leaves: shift(2) },
  { ...NOTHING, from: 7, rev: 8, cursor: 1, undone: 3, codes: null, units: [unit("e", "w"), unit("f", "w")], leaves: { e: [[20, 0, 10, 0, 0, 10, -10, 0]], f: [[30, 0, 10, 0, 0, 10, -10, 0]] } },
  { ...NOTHING, from: 8, rev: 9, cursor: 0, undone: 4, codes: null },
];

test("after each step it shows what a page that is opened there shows", () => {
  const planner = new Planner();
  planner.take(NOTHING);
  for (const step of STEPS) {
    planner.take(stepped(planner.drawn, step) as DrawnDocument);
    planner.idle();
    const fresh = new Planner();
    fresh.take(planner.drawn);
    fresh.idle();
    deepEqual(planner.canvas.seen, fresh.canvas.seen, `revision ${step.rev}`);
  }
});

test("borders, what changed and names that are others are there in the frame, where they stand best afterwards", () => {
  const planner = new Planner();
  planner.take(NOTHING);
  planner.take(stepped(planner.drawn, STEPS[0] as StepDocument) as DrawnDocument);
  planner.take(stepped(planner.drawn, STEPS[1] as StepDocument) as DrawnDocument);
  const { seen } = planner.canvas;
  deepEqual((seen["labels"]?.["e"]?.[0] as { text: string }).text, "E");
  equal(Boolean(seen["fresh"]?.["a"]), true);
  equal(Boolean(seen["ghost"]?.["e"]), true);
  planner.idle();
});

test("a step draws only what lies at what it touches", () => {
  const planner = new Planner();
  planner.take(NOTHING);
  STEPS.slice(0, 2).forEach((step) => planner.take(stepped(planner.drawn, step) as DrawnDocument));
  planner.idle();
  planner.take(stepped(planner.drawn, STEPS[2] as StepDocument) as DrawnDocument);
  deepEqual([..."fijkl"].filter((key) => planner.canvas.given.includes(key)), []);
  equal(Boolean(planner.canvas.given.includes("a")), true);
});
