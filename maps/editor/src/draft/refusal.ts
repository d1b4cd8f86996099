// What was refused, in the server's words, and where.

import WKT from "ol/format/WKT";
import type { Canvas } from "./canvas";
import type { Problem } from "./client";
import type { Point } from "./sheet";

export class Refusal {
  private readonly box = document.querySelector<HTMLElement>("#refusal") as HTMLElement;
  private place: Point | null = null;
  private shape: Point[] = [];

  constructor(private readonly canvas: Canvas) {
    this.box.querySelector("[data-refusal=zoom]")?.addEventListener("click", () => this.zoom());
    this.box.querySelector("[data-refusal=close]")?.addEventListener("click", () => this.close());
  }

  say(text: string): void {
    this.show({ status: 0, code: "", detail: text, values: {} });
  }

  show(problem: Problem): void {
    const { x, y, geometry } = problem.values;
    this.place = typeof x === "number" && typeof y === "number" ? [Math.round(x * 100), Math.round(y * 100)] : null;
    this.shape = typeof geometry === "string" ? corners(geometry) : [];
    const words = this.box.querySelector("p");
    if (words) words.textContent = problem.detail;
    this.box.querySelector("[data-refusal=zoom]")?.toggleAttribute("hidden", !this.place && !this.shape.length);
    this.box.hidden = false;
    this.box.scrollIntoView({ block: "nearest" });
    this.mark();
  }

  private mark(): void {
    const at = this.place ?? this.shape[0];
    if (at) this.canvas.marks("sketch", [{ at, look: "refused" }]);
    if (this.shape.length > 1) this.canvas.lines("sketch", [{ points: this.shape, look: "wrong" }]);
  }

  private zoom(): void {
    if (this.shape.length > 1) this.canvas.fit(this.shape, 160);
    else if (this.place) this.canvas.focus(this.place);
  }

  close(): void {
    if (this.box.hidden) return;
    this.box.hidden = true;
    this.canvas.clear("sketch");
  }
}

// The corners of a geometry in metres, as centimetres.
function corners(wkt: string): Point[] {
  const geometry = new WKT().readGeometry(wkt);
  const found: Point[] = [];
  geometry.applyTransform((flat, _, dimension = 2) => {
    for (let i = 0; i < flat.length; i += dimension) found.push([Math.round(Number(flat[i]) * 100), Math.round(Number(flat[i + 1]) * 100)]);
    return flat;
  });
  return found;
}
