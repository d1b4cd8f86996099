// Cutting: a grid by a line in two, a grid into grids below it, a border's stretch by a new line.

import type { Desk, Snapped } from "./desk";
import { Drawing } from "./drawing";
import { beside, reshapeBorder } from "./operations";
import type { NewPart } from "./operations";
import { same } from "./plane";
import type { Point } from "./plane";
import type { Level, Unit } from "./drawn";
import type { FoundSegment } from "./sheet";
import { field } from "./steps";
import type { Asked, Steps } from "./steps";

const OFF_CM = 12; // how far from the line a part is named
const BESIDE = 22; // pixels

export class Split extends Drawing {
  protected unit: Unit | undefined;

  constructor(
    desk: Desk,
    protected readonly steps: Steps,
  ) {
    super(desk, false);
  }

  protected override ends(next: Snapped): boolean {
    const unit = this.unitOf([...this.line, next.at]);
    if (!unit) return false;
    const ring = this.desk.ringOf(next, unit.key); // from the outer line to a hole nothing is cut
    return ring >= 0 && ring === this.desk.ringOf(this.places[0] as Snapped, unit.key);
  }

  // The unit the line runs through.
  protected unitOf(line: readonly Point[]): Unit | undefined {
    const { sheet } = this.desk.draft;
    const sides = [beside(line, "left", OFF_CM), beside(line, "right", OFF_CM)].map((at) => sheet.unitAt(at, this.desk.level));
    return sides[0] ?? sides[1];
  }

  protected finished(): void {
    this.unit = this.unitOf(this.line);
    if (!this.unit) return void this.cancel();
    this.marks();
    this.question();
  }

  protected marks(): void {
    const off = BESIDE * this.desk.canvas.resolution;
    this.desk.canvas.marks("sketch", [
      { at: beside(this.line, "left", off), look: "A", text: "A" },
      { at: beside(this.line, "right", off), look: "B", text: "B" },
    ]);
  }

  protected question(): void {
    const unit = this.unit as Unit;
    const next = this.desk.draft.drawn.codes[unit.parent ?? ""];
    this.steps.ask(
      "split",
      (form) => {
        for (const side of ["left", "right"]) {
          const name = form.querySelector(`[data-name="${side}"]`);
          if (name) name.textContent = `${side === "left" ? "A" : "B"} · ${unit.name}`;
        }
        field(form, "code").value = next?.code ?? "";
        field(form, "name").value = next?.name ?? "";
      },
      (asked) => void this.answer(asked),
      () => this.cancel(),
    );
  }

  private async answer(asked: Asked): Promise<void> {
    const unit = this.unit as Unit;
    const side = asked.value("side") === "left" ? "right" : "left"; // the other one is new
    const part: NewPart = { at: beside(this.line, side, OFF_CM), code: asked.value("code"), name: asked.value("name") };
    const cut = [...asked.form.querySelectorAll<HTMLElement>("[data-cut-unit]")].map((line) => ({
      unit: line.dataset["cutUnit"] as string,
      code: field(line, "cut-code").value.trim(),
      name: field(line, "cut-name").value.trim(),
    }));
    const line = this.places.map(({ place }) => place);
    await this.desk.draft.operate({ op: "split", unit: unit.key, line, parts: [part], cut });
  }

  // The line also cuts grids below: each new half needs a code.
  needs(codes: readonly string[]): void {
    const box = document.querySelector<HTMLElement>("#step [data-cut]");
    const list = box?.querySelector<HTMLElement>("[data-cut-units]");
    if (!box || !list || !this.waiting) return;
    const { sheet, drawn } = this.desk.draft;
    const units = [...sheet.units.values()].filter((unit) => unit.code !== null && codes.includes(unit.code));
    list.replaceChildren(
      ...units.map((unit) => {
        const line = document.createElement("label");
        line.className = "line";
        line.dataset["cutUnit"] = unit.key;
        const [code, name] = ["cut-code", "cut-name"].map((input) => Object.assign(document.createElement("input"), { name: input, required: input === "cut-code" }));
        (code as HTMLInputElement).value = drawn.codes[unit.parent ?? ""]?.code ?? "";
        (name as HTMLInputElement).value = drawn.codes[unit.parent ?? ""]?.name ?? "";
        line.append(unit.name, code as HTMLInputElement, name as HTMLInputElement);
        return line;
      }),
    );
    box.hidden = false;
  }

  protected override given(): void {
    super.given();
    this.steps.close();
  }
}

export class Divide extends Split {
  protected override question(): void {
    const unit = this.unit as Unit;
    this.steps.ask(
      "divide",
      (form) => {
        const list = form.querySelector("[data-parts]");
        const next = this.desk.draft.drawn.codes[unit.key];
        for (const side of ["A", "B"]) {
          const line = document.createElement("div");
          line.className = "line";
          const [code, name] = ["code", "name"].map((input) => Object.assign(document.createElement("input"), { name: `${input}-${side}` }));
          (code as HTMLInputElement).setAttribute("aria-label", `${side} ${form.dataset["code"] ?? ""}`);
          (name as HTMLInputElement).setAttribute("aria-label", side);
          if (side === "A") (code as HTMLInputElement).value = next?.code ?? "";
          line.append(side, code as HTMLInputElement, name as HTMLInputElement);
          list?.append(line);
        }
      },
      (asked) => {
        const named = (["left", "right"] as const).map((side) => {
          const letter = side === "left" ? "A" : "B";
          return { at: beside(this.line, side, OFF_CM), code: asked.value(`code-${letter}`), name: asked.value(`name-${letter}`) };
        });
        const parts = named.filter((part) => part.code !== "");
        const lines = [this.places.map(({ place }) => place)];
        void this.desk.draft.operate({ op: "divide", unit: unit.key, lines, parts });
      },
      () => this.cancel(),
    );
  }

  protected override unitOf(line: readonly Point[]): Unit | undefined {
    const { sheet } = this.desk.draft;
    return sheet.unitAt(beside(line, "left", OFF_CM), Math.min(2, this.desk.level) as Level);
  }
}

export class Reshape extends Drawing {
  private border: { readonly segment: readonly [Point, Point]; readonly line: readonly Point[] } | null = null;

  constructor(desk: Desk) {
    super(desk, false);
  }

  // The border that a place lies on; of a vertex where several meet, the one that both ends share is found at the end.
  private borders(place: Snapped): { segment: readonly [Point, Point]; line: Point[] }[] {
    const { sheet } = this.desk.draft;
    const through = (a: Point, b: Point): { segment: readonly [Point, Point]; line: Point[] } => ({
      segment: [a, b],
      line: sheet.borderThrough({ a, b, at: a, distance: 0, leaf: "" } as FoundSegment),
    });
    if ("on" in place.place) return [through(place.place.on[0], place.place.on[1])];
    if ("vertex" in place.place) return sheet.neighbours(place.at).map((next) => through(place.at, next));
    return [];
  }

  protected override begins(next: Snapped): boolean {
    return this.borders(next).length > 0;
  }

  protected override ends(next: Snapped): boolean {
    const here = this.borders(next);
    const shared = this.borders(this.places[0] as Snapped).find((one) => here.some((other) => overlap(one.line, other.line)));
    if (shared) this.border = shared;
    return shared !== undefined;
  }

  protected finished(): void {
    const { border } = this;
    const line = this.places.map(({ place }) => place);
    this.cancel();
    if (border) void this.desk.draft.operate(reshapeBorder(border.segment, line));
  }
}

function overlap(one: readonly Point[], other: readonly Point[]): boolean {
  const forth = one.length === other.length && one.every((p, n) => same(p, other[n] as Point));
  return forth || (one.length === other.length && one.every((p, n) => same(p, other[other.length - 1 - n] as Point)));
}
