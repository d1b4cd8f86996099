// Drawing a line or round an area: clicks set places, snapped to vertices, borders and streets; with Shift the line follows them
// from the place before; Enter, a double click or the border finishes.

import type { Pointer } from "./canvas";
import type { Desk, Snapped } from "./desk";
import { same } from "./plane";
import type { Point } from "./plane";
import type { Tool } from "./tool";

export abstract class Drawing implements Tool {
  readonly traces = true;
  protected places: Snapped[] = [];
  private last: Snapped | null = null;
  private between: readonly Snapped[] = []; // on the way from the place before to the last one
  protected waiting = false; // the line is drawn and its questions are open

  constructor(
    protected readonly desk: Desk,
    private readonly closed: boolean,
  ) {}

  protected abstract finished(): void;
  protected ends(next: Snapped): boolean {
    void next;
    return false;
  }
  protected begins(next: Snapped): boolean {
    void next;
    return true;
  }
  protected given(): void {
    this.waiting = false;
  }

  start(): void {
    this.desk.canvas.element.classList.add("drawing");
  }

  stop(): void {
    this.desk.canvas.element.classList.remove("drawing");
  }

  hover(pointer: Pointer): void {
    if (this.waiting) return;
    this.last = this.desk.snap(pointer);
    this.between = this.followed(this.last, pointer.shift);
    this.preview();
  }

  // With Shift what lies between the place before and the next along lines; it says so where there is no such way.
  private followed(next: Snapped, wanted: boolean): readonly Snapped[] {
    const before = this.places[this.places.length - 1];
    const way = wanted && before && !same(before.at, next.at) ? this.desk.along(before.at, next.at) : [];
    this.desk.advise(way === null ? this.desk.words.noTrace : null);
    return way ?? [];
  }

  click(pointer: Pointer): void {
    if (this.waiting) return;
    const next = this.desk.snap(pointer);
    const before = this.places[this.places.length - 1];
    const again = before && Math.hypot(before.at[0] - next.at[0], before.at[1] - next.at[1]) < 3 * this.desk.canvas.resolution;
    if (again) return this.finish(); // the last place once more, which a double click is too
    if (!before && !this.begins(next)) return;
    this.places.push(...this.followed(next, pointer.shift));
    const ends = before !== undefined && this.ends(next);
    this.places.push(next);
    this.between = [];
    this.preview();
    if (ends) this.finish();
  }

  key(event: KeyboardEvent): boolean {
    if (this.waiting) return false;
    if (event.key === "Enter") this.finish();
    else if (event.key === " ") this.click({ at: this.desk.canvas.centre, alt: false, shift: event.shiftKey });
    else if (event.key === "Backspace" && this.places.length) this.back();
    else return false;
    this.preview();
    return true;
  }

  // Takes back the last place, with the way that led to it.
  private back(): void {
    this.places.pop();
    while (this.places[this.places.length - 1]?.traced) this.places.pop();
  }

  private finish(): void {
    if (this.waiting || this.places.length < (this.closed ? 3 : 2)) return;
    this.waiting = true;
    this.preview();
    this.finished();
  }

  get line(): Point[] {
    return this.places.map(({ at }) => at);
  }

  protected preview(): void {
    const { canvas } = this.desk;
    canvas.clear("sketch");
    const line = this.line;
    const band = this.last && !this.waiting && line.length ? [line[line.length - 1] as Point, ...this.between.map(({ at }) => at), this.last.at] : [];
    if (this.closed && line.length > 1) {
      const ring = this.waiting || !this.last ? line : [...line, ...band.slice(1)];
      if (ring.length > 2) canvas.areas("sketch", [{ polygons: [[[...ring, ring[0] as Point]]], look: "area" }]);
    }
    if (line.length > 1) canvas.lines("sketch", [{ points: this.waiting && this.closed ? [...line, line[0] as Point] : line, look: "line" }]);
    if (band.length) canvas.lines("sketch", [{ points: band, look: "band" }]);
    canvas.marks("sketch", this.places.filter(({ traced }) => !traced).map(({ at }) => ({ at, look: "vertex" })));
    if (this.last && !this.waiting) canvas.marks("sketch", [{ at: this.last.at, look: this.last.kind === "free" ? "free" : "snapped" }]);
  }

  cancel(): boolean {
    const had = this.places.length > 0;
    this.places = [];
    if (this.waiting) this.given();
    this.waiting = false;
    this.last = null;
    this.between = [];
    this.desk.advise(null);
    this.desk.canvas.clear("sketch", "chosen");
    this.desk.untint();
    this.desk.tell([]);
    return had;
  }

  refresh(): void {
    this.cancel();
  }
}
