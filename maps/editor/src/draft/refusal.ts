// What was refused, in the server's words, and where.

import type { Canvas } from "./canvas";
import type { Problem } from "./client";
import type { Point } from "./plane";

export class Refusal {
  private readonly box = document.querySelector<HTMLElement>("#refusal") as HTMLElement;
  private place: Point | null = null;
  private shape: Point[][] = [];

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
    this.shape = typeof geometry === "string" ? linesOf(geometry) : [];
    const words = this.box.querySelector("p");
    if (words) words.textContent = problem.detail;
    this.box.querySelector("[data-refusal=zoom]")?.toggleAttribute("hidden", !this.place && !this.shape.length);
    this.box.hidden = false;
    this.box.scrollIntoView({ block: "nearest" });
    this.mark();
  }

  private mark(): void {
    const at = this.place ?? this.shape[0]?.[0];
    this.canvas.lines("sketch", this.shape.filter((line) => line.length > 1).map((points) => ({ points, look: "wrong" })));
    if (at) this.canvas.marks("sketch", [{ at, look: "refused" }]);
  }

  private zoom(): void {
    if (this.shape.flat().length > 1) this.canvas.fit(this.shape.flat(), 160);
    else if (this.place) this.canvas.focus(this.place);
  }

  close(): void {
    if (this.box.hidden) return;
    this.box.hidden = true;
    this.canvas.clear("sketch");
  }
}

// The lines of a geometry in metres (each innermost bracket of its text), as centimetres.
function linesOf(wkt: string): Point[][] {
  return [...wkt.matchAll(/\(([^()]+)\)/g)].map(([, text]) =>
    (text as string).split(",").map((pair): Point => {
      const [x, y] = pair.trim().split(/\s+/).map(Number);
      return [Math.round(Number(x) * 100), Math.round(Number(y) * 100)];
    }),
  );
}
