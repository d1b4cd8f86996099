// The streets and reference lines of a draft: drawn under the borders, each kind with its switch; gestures snap to what is shown.

import { fetchLines } from "../lines";
import type { Lines } from "../lines";
import type { Canvas } from "./canvas";
import { pointsOf } from "./plane";
import type { Point } from "./plane";

export class Ways {
  private lines: readonly Lines[] = [];
  private readonly hidden = new Set<string>();
  onChange: (lines: readonly (readonly Point[])[]) => void = () => undefined;

  constructor(private readonly canvas: Canvas) {}

  async load(address: string): Promise<void> {
    this.lines = await fetchLines(address);
    for (const { kind } of this.lines) {
      const entry = document.querySelector<HTMLElement>(`[data-ways="${kind}"]`);
      const box = entry?.querySelector<HTMLInputElement>("input");
      if (!entry || !box) continue;
      entry.hidden = false;
      box.addEventListener("change", () => {
        if (box.checked) this.hidden.delete(kind);
        else this.hidden.add(kind);
        this.show();
      });
    }
    this.show();
  }

  private show(): void {
    this.canvas.clear("ways", "waynames");
    const shown: Point[][] = [];
    for (const { kind, ways } of this.lines) {
      if (this.hidden.has(kind)) continue;
      const drawn = ways.map(({ name, xy }) => ({ points: pointsOf(xy), look: kind, text: name }));
      this.canvas.lines("ways", drawn);
      if (kind === "street") this.canvas.lines("waynames", drawn);
      shown.push(...drawn.map(({ points }) => points));
    }
    this.onChange(shown);
  }
}
