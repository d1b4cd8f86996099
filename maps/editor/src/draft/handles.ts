// The dots of one border as buttons above the map: for the mouse, and for Tab and the arrow keys.

import type { Canvas } from "./canvas";
import type { Point } from "./plane";
import { fill } from "./desk";

export interface HandleKeys {
  nudge(vertex: Point, dx: number, dy: number): void;
  confirm(vertex: Point): void;
  remove(vertex: Point): void;
  insert(vertex: Point): void;
}

// Pixels that an arrow key moves what is held, fewer with Shift; undefined for any other key.
export function arrow({ key, shiftKey }: KeyboardEvent): readonly [number, number] | undefined {
  const step = shiftKey ? 1 : 8;
  const ways: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
  return ways[key];
}

const MOST = 400;

export class Handles {
  private readonly box = document.createElement("div");
  private buttons: { readonly vertex: Point; readonly button: HTMLButtonElement }[] = [];

  constructor(
    private readonly canvas: Canvas,
    private readonly word: string,
    private readonly keys: HandleKeys,
  ) {
    this.box.className = "handles";
    canvas.element.append(this.box);
  }

  show(vertices: readonly { readonly at: Point; readonly junction: boolean }[]): void {
    const held = document.activeElement;
    const focused = this.buttons.find(({ button }) => button === held)?.vertex;
    this.box.replaceChildren();
    this.buttons = vertices.slice(0, MOST).map(({ at, junction }, n) => ({ vertex: at, button: this.made(at, junction, n + 1) }));
    this.place();
    if (focused) this.buttons.find(({ vertex }) => vertex[0] === focused[0] && vertex[1] === focused[1])?.button.focus();
  }

  focus(vertex: Point): void {
    this.buttons.find((one) => one.vertex[0] === vertex[0] && one.vertex[1] === vertex[1])?.button.focus({ preventScroll: true });
  }

  private made(vertex: Point, junction: boolean, number: number): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = junction ? "handle junction" : "handle";
    button.setAttribute("aria-label", fill(this.word, { number: String(number) }));
    button.dataset["at"] = vertex.join(",");
    button.addEventListener("keydown", (event) => this.key(event, vertex));
    this.box.append(button);
    return button;
  }

  private key(event: KeyboardEvent, vertex: Point): void {
    const way = arrow(event);
    if (way) this.keys.nudge(vertex, way[0], way[1]);
    else if (event.key === "Enter") this.keys.confirm(vertex);
    else if (event.key === "Insert" || event.key === "+") this.keys.insert(vertex);
    else if (event.key === "Delete" || event.key === "Backspace") this.keys.remove(vertex);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Put every dot where its vertex is seen now.
  place(): void {
    for (const { vertex, button } of this.buttons) {
      const pixel = this.canvas.pixel(vertex);
      button.hidden = !pixel;
      if (pixel) {
        button.style.left = `${pixel[0]}px`;
        button.style.top = `${pixel[1]}px`;
      }
    }
  }

  clear(): void {
    this.box.replaceChildren();
    this.buttons = [];
  }
}
