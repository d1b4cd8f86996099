// Moving borders: one vertex (or a new one in a line), or the whole border between two junctions. What follows is tinted and named
// before the drop; the drop sends the operation.

import type { Pointer } from "./canvas";
import type { Desk } from "./desk";
import { arrow, Handles } from "./handles";
import { deleteVertex, insertVertex, moveBorder, moveVertex } from "./operations";
import { segments } from "./leaves";
import { footOf, same } from "./plane";
import type { Point } from "./plane";
import type { FoundSegment } from "./sheet";
import type { Tool } from "./tool";

interface Held {
  readonly vertex: Point | null; // null: a new vertex in `segment`
  readonly segment: FoundSegment | null;
  readonly from: readonly Point[]; // the vertices the moved one is joined to
  to: Point;
}

export class MoveVertex implements Tool {
  private hot: FoundSegment | null = null;
  private held: Held | null = null;
  private readonly handles: Handles;

  constructor(private readonly desk: Desk) {
    this.handles = new Handles(desk.canvas, desk.words.vertex, {
      nudge: (vertex, dx, dy) => this.nudge(vertex, dx, dy),
      confirm: () => this.drop(),
      remove: (vertex) => void desk.draft.operate(deleteVertex(vertex)),
      insert: (vertex) => this.insert(vertex),
    });
  }

  hover({ at }: Pointer): void {
    if (this.held) return;
    const found = this.desk.draft.sheet.segmentNear(at, 2 * this.desk.reach);
    if (found && this.desk.draft.sheet.beyond(found.a, found.b) !== "") this.heat(found);
  }

  private heat(segment: FoundSegment): void {
    if (this.hot && same(this.hot.a, segment.a) && same(this.hot.b, segment.b)) return;
    this.hot = segment;
    this.show();
  }

  private show(): void {
    const { canvas, draft } = this.desk;
    canvas.clear("chosen");
    if (!this.hot || !draft.sheet.has(this.hot.a, this.hot.b)) return this.handles.clear();
    const line = draft.sheet.borderThrough(this.hot);
    canvas.lines("chosen", [{ points: line, look: "border" }]);
    this.handles.show(line.map((at) => ({ at, junction: draft.sheet.neighbours(at).length > 2 })));
  }

  down({ at, alt }: Pointer): boolean {
    const { sheet } = this.desk.draft;
    this.held = null;
    const vertex = sheet.vertexNear(at, this.desk.reach);
    if (vertex && alt) {
      void this.desk.draft.operate(deleteVertex(vertex.at));
      return true;
    }
    if (vertex) return this.take(vertex.at);
    const segment = sheet.segmentNear(at, this.desk.reach);
    if (!segment || sheet.beyond(segment.a, segment.b) === "") return false;
    this.held = { vertex: null, segment, from: [segment.a, segment.b], to: at };
    return this.grabbed();
  }

  private take(vertex: Point): boolean {
    const { sheet } = this.desk.draft;
    const next = sheet.neighbours(vertex);
    if (!next.some((one) => sheet.beyond(vertex, one) !== "" && sheet.beyond(one, vertex) !== "")) return false;
    this.held = { vertex, segment: null, from: next, to: vertex };
    return this.grabbed();
  }

  private grabbed(): boolean {
    this.desk.canvas.element.classList.add("grabbing");
    this.preview();
    return true;
  }

  drag({ at }: Pointer): void {
    if (!this.held) return;
    this.held.to = at;
    this.preview();
  }

  private leaves(held: Held): string[] {
    const { sheet } = this.desk.draft;
    if (held.vertex) return sheet.leavesWith(held.vertex);
    const { a, b } = held.segment as FoundSegment;
    return [sheet.beyond(a, b), sheet.beyond(b, a)].filter((leaf) => leaf !== "");
  }

  private preview(): void {
    const { canvas } = this.desk;
    const held = this.held as Held;
    const leaves = this.leaves(held);
    const wrong = held.from.some((end) => this.crosses(end, held.to, held));
    canvas.clear("sketch");
    canvas.lines("sketch", held.from.map((end) => ({ points: [end, held.to], look: wrong ? "wrong" : "line" })));
    canvas.marks("sketch", [{ at: held.to, look: "snapped" }]);
    this.desk.tint(leaves);
    this.desk.tell(this.desk.unitsOver(leaves));
  }

  // Whether a new piece would cross a border that does not move; the server decides, this only warns.
  private crosses(a: Point, b: Point, held: Held): boolean {
    const moving = (p: Point): boolean => (held.vertex ? same(p, held.vertex) : false);
    const box = [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])] as const;
    for (const leaf of this.desk.draft.sheet.near(box)) {
      for (const [p, q] of segments(leaf)) if (!moving(p) && !moving(q) && !same(p, a) && !same(q, a) && meet(a, b, p, q)) return true;
    }
    return false;
  }

  up(): void {
    this.drop();
  }

  private drop(): void {
    const { held } = this;
    this.cancel();
    if (!held) return;
    const { draft } = this.desk;
    if (held.vertex) {
      if (!same(held.vertex, held.to)) void draft.operate(moveVertex(held.vertex, held.to));
      return;
    }
    const { a, b } = held.segment as FoundSegment;
    const foot = footOf(a, b, held.to);
    if (!same(foot, a) && !same(foot, b)) void draft.operate(insertVertex([a, b], foot, same(foot, held.to) ? null : held.to));
  }

  private nudge(vertex: Point, dx: number, dy: number): void {
    if (!this.held?.vertex || !same(this.held.vertex, vertex)) {
      if (!this.take(vertex)) return;
      this.desk.canvas.release();
    }
    const { held } = this;
    if (!held) return;
    const pixel = this.desk.canvas.resolution;
    held.to = [Math.round(held.to[0] + dx * pixel), Math.round(held.to[1] + dy * pixel)];
    this.preview();
  }

  // A new vertex half way to the next one of the border.
  private insert(vertex: Point): void {
    const line = this.hot ? this.desk.draft.sheet.borderThrough(this.hot) : [];
    const place = line.findIndex((one) => same(one, vertex));
    const [a, b] = place + 1 < line.length ? [vertex, line[place + 1]] : [line[place - 1], vertex];
    if (!a || !b) return;
    const middle = footOf(a, b, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
    if (!same(middle, a) && !same(middle, b)) void this.desk.draft.operate(insertVertex([a, b], middle, null));
  }

  cancel(): boolean {
    const had = this.held !== null;
    this.held = null;
    this.desk.canvas.element.classList.remove("grabbing");
    this.desk.canvas.release();
    this.desk.canvas.clear("sketch");
    this.desk.untint();
    this.desk.tell([]);
    return had;
  }

  // Shows the border nearest to the middle of what is seen, so that Tab reaches its dots.
  start(): void {
    const { canvas, draft } = this.desk;
    const near = draft.sheet.segmentNear(canvas.centre, 400 * canvas.resolution);
    if (near && draft.sheet.beyond(near.a, near.b) !== "") this.heat(near);
  }

  stop(): void {
    this.hot = null;
    this.handles.clear();
    this.desk.canvas.clear("chosen");
  }

  refresh(): void {
    this.show();
  }

  place(): void {
    this.handles.place();
  }
}

export class MoveBorder implements Tool {
  private held: { readonly segment: FoundSegment; readonly line: Point[]; readonly from: Point; to: Point } | null = null;

  constructor(private readonly desk: Desk) {}

  private border(at: Point, reach = this.desk.reach): { segment: FoundSegment; line: Point[] } | undefined {
    const { sheet } = this.desk.draft;
    const segment = sheet.segmentNear(at, reach);
    return segment && sheet.beyond(segment.a, segment.b) !== "" ? { segment, line: sheet.borderThrough(segment) } : undefined;
  }

  hover({ at }: Pointer): void {
    const found = this.border(at);
    this.desk.canvas.clear("chosen");
    if (found) this.desk.canvas.lines("chosen", [{ points: found.line, look: "border" }]);
  }

  // Space takes the border nearest to the middle of what is seen, the arrows move it, Enter lets it go.
  key(event: KeyboardEvent): boolean {
    const { canvas } = this.desk;
    if (event.key === " " && !this.held) {
      const found = this.border(canvas.centre, 400 * canvas.resolution);
      if (found) this.held = { ...found, from: found.segment.at, to: found.segment.at };
      if (found) canvas.lines("chosen", [{ points: found.line, look: "border" }]);
      return true;
    }
    const way = arrow(event);
    if (!this.held || (!way && event.key !== "Enter")) return false;
    const { to } = this.held;
    if (way) this.drag({ at: [Math.round(to[0] + way[0] * canvas.resolution), Math.round(to[1] + way[1] * canvas.resolution)], alt: false, shift: false });
    else this.up();
    return true;
  }

  down({ at }: Pointer): boolean {
    const found = this.border(at);
    if (!found) return false;
    this.held = { ...found, from: at, to: at };
    this.desk.canvas.element.classList.add("grabbing");
    return true;
  }

  drag({ at }: Pointer): void {
    if (!this.held) return;
    this.held.to = at;
    const { sheet } = this.desk.draft;
    const { line, segment, from } = this.held;
    const closed = same(line[0] as Point, line[line.length - 1] as Point);
    const [dx, dy] = [at[0] - from[0], at[1] - from[1]];
    const moved = line.map((p, n): Point => (!closed && (n === 0 || n === line.length - 1) ? p : [p[0] + dx, p[1] + dy]));
    const leaves = [sheet.beyond(segment.a, segment.b), sheet.beyond(segment.b, segment.a)];
    this.desk.canvas.clear("sketch");
    this.desk.canvas.lines("sketch", [{ points: moved, look: "line" }]);
    this.desk.tint(leaves);
    this.desk.tell(this.desk.unitsOver(leaves));
  }

  up(): void {
    const { held } = this;
    this.cancel();
    if (held && !same(held.from, held.to)) {
      void this.desk.draft.operate(moveBorder([held.segment.a, held.segment.b], held.to[0] - held.from[0], held.to[1] - held.from[1]));
    }
  }

  cancel(): boolean {
    const had = this.held !== null;
    this.held = null;
    this.desk.canvas.element.classList.remove("grabbing");
    this.desk.canvas.release();
    this.desk.canvas.clear("sketch", "chosen");
    this.desk.untint();
    this.desk.tell([]);
    return had;
  }
}

function meet(a: Point, b: Point, p: Point, q: Point): boolean {
  const side = (u: Point, v: Point, w: Point): number => Math.sign((v[0] - u[0]) * (w[1] - u[1]) - (v[1] - u[1]) * (w[0] - u[0]));
  return side(a, b, p) * side(a, b, q) < 0 && side(p, q, a) * side(p, q, b) < 0;
}
