// Two days beside each other: the other day's map lies over the first and is cut off at a line, moved with the mouse or the keys.

import type View from "ol/View";
import { State } from "./state";

const START = 50; // percent

export class Swipe {
  readonly state: State;
  readonly lines: string; // the address of its streets
  private readonly over: HTMLElement;
  private readonly range: HTMLInputElement;
  private readonly line: HTMLElement;

  // `box` holds the parts: the map of the other day, the line, and the range that moves it.
  constructor(box: HTMLElement, view: View) {
    const part = (name: string): HTMLElement => box.querySelector<HTMLElement>(`[data-swipe="${name}"]`) as HTMLElement;
    this.over = part("map");
    this.line = part("line");
    this.range = part("range") as HTMLInputElement;
    this.lines = box.dataset["lines"] ?? "";
    this.state = new State(this.over, view, box.dataset["version"] ?? "");
    this.range.addEventListener("input", () => this.place());
    this.line.addEventListener("pointerdown", (event) => this.hold(event));
    this.range.value = String(START);
    this.place();
  }

  private get share(): number {
    return Number(this.range.value);
  }

  private place(): void {
    this.over.style.clipPath = `inset(0 ${100 - this.share}% 0 0)`;
    this.line.style.left = `${this.share}%`;
  }

  private hold(event: PointerEvent): void {
    event.preventDefault();
    this.line.setPointerCapture(event.pointerId);
    const move = ({ clientX }: PointerEvent): void => {
      const { left, width } = this.over.getBoundingClientRect();
      this.range.value = String((100 * (clientX - left)) / width);
      this.place();
    };
    this.line.addEventListener("pointermove", move);
    this.line.addEventListener("lostpointercapture", () => this.line.removeEventListener("pointermove", move), { once: true });
  }

  // Whether a place of the screen shows the other day.
  covers(pixel: number[]): boolean {
    return Number(pixel[0]) < (this.over.clientWidth * this.share) / 100;
  }
}
