// Drawing a line or round an area: clicks set places, snapped to vertices and borders; Enter, a double click or the border finishes.

import type { Pointer } from "./canvas";
import type { Desk, Snapped } from "./desk";
import type { Point } from "./plane";
import type { Tool } from "./tool";

export abstract class Drawing implements Tool {
  protected places: Snapped[] = [];
  private last: Snapped | null = null;
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
    this.preview();
  }

  click(pointer: Pointer): void {
    if (this.waiting) return;
    const next = this.desk.snap(pointer);
    const before = this.places[this.places.length - 1];
    const again = before && Math.hypot(before.at[0] - next.at[0], before.at[1] - next.at[1]) < 3 * this.desk.canvas.resolution;
    if (again) return this.finish(); // the last place once more, which a double click is too
    if (!before && !this.begins(next)) return;
    const ends = before !== undefined && this.ends(next);
    this.places.push(next);
    this.preview();
    if (ends) this.finish();
  }

  key(event: KeyboardEvent): boolean {
    if (this.waiting) return false;
    if (event.key === "Enter") this.finish();
    else if (event.key === " ") this.click({ at: this.desk.canvas.centre, alt: false, shift: false });
    else if (event.key === "Backspace" && this.places.length) this.places.pop();
    else return false;
    this.preview();
    return true;
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
    const band = this.last && !this.waiting && line.length ? [line[line.length - 1] as Point, this.last.at] : [];
    if (this.closed && line.length > 1) {
      const ring = this.waiting || !this.last ? line : [...line, this.last.at];
      if (ring.length > 2) canvas.areas("sketch", [{ polygons: [[[...ring, ring[0] as Point]]], look: "area" }]);
    }
    if (line.length > 1) canvas.lines("sketch", [{ points: this.waiting && this.closed ? [...line, line[0] as Point] : line, look: "line" }]);
    if (band.length) canvas.lines("sketch", [{ points: band, look: "band" }]);
    canvas.marks("sketch", line.map((at) => ({ at, look: "vertex" })));
    if (this.last && !this.waiting) canvas.marks("sketch", [{ at: this.last.at, look: this.last.kind === "free" ? "free" : "snapped" }]);
  }

  cancel(): boolean {
    const had = this.places.length > 0;
    this.places = [];
    if (this.waiting) this.given();
    this.waiting = false;
    this.last = null;
    this.desk.canvas.clear("sketch", "chosen");
    this.desk.untint();
    this.desk.tell([]);
    return had;
  }

  refresh(): void {
    this.cancel();
  }
}
