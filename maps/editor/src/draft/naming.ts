// Choosing a grid; its code, name, kind and parent; taking its division away; measuring.

import type { Pointer } from "./canvas";
import type { Desk } from "./desk";
import { fill } from "./desk";
import { Drawing } from "./drawing";
import type { Operation } from "./operations";
import type { Point } from "./plane";
import type { Unit } from "./drawn";
import { field, options } from "./steps";
import type { Asked, Steps } from "./steps";
import type { Tool } from "./tool";

export class Select implements Tool {
  protected unit: Unit | null = null;

  constructor(protected readonly desk: Desk) {}

  click({ at }: Pointer): void {
    this.choose(this.desk.draft.sheet.unitAt(at, this.desk.level) ?? null);
  }

  pointed(key: string): void {
    this.choose(this.desk.draft.sheet.units.get(key) ?? null);
  }

  protected choose(unit: Unit | null): void {
    this.unit = unit;
    const { canvas, draft } = this.desk;
    canvas.clear("chosen");
    if (unit) canvas.lines("chosen", draft.sheet.outline(unit.key).flat(1).map((points) => ({ points, look: "unit" })));
    const box = document.querySelector<HTMLElement>("#touched");
    if (box) {
      box.hidden = unit === null;
      box.textContent = unit ? `${unit.name}　${unit.code ?? ""}` : "";
    }
  }

  cancel(): boolean {
    const had = this.unit !== null;
    this.choose(null);
    return had;
  }

  refresh(): void {
    this.choose(this.unit ? (this.desk.draft.sheet.units.get(this.unit.key) ?? null) : null);
  }
}

export class Edit extends Select {
  constructor(
    desk: Desk,
    private readonly steps: Steps,
  ) {
    super(desk);
  }

  protected override choose(unit: Unit | null): void {
    super.choose(unit);
    if (unit) this.question(unit);
    else this.steps.close();
  }

  private question(unit: Unit): void {
    const { sheet } = this.desk.draft;
    const form = this.steps.ask(
      "edit",
      (made) => {
        const line = made.querySelector("[data-unit]");
        if (line) line.textContent = `${unit.name}　${unit.code ?? ""}`;
        field(made, "name").value = unit.own;
        field(made, "code").value = unit.code ?? "";
        field(made, "kind").value = unit.kind;
        const parents = [...sheet.units.values()].filter((one) => one.level === unit.level - 1);
        options(made.querySelector("select[name=parent]") as HTMLSelectElement, parents.map((one) => ({ value: one.key, text: one.name })), unit.parent ?? "");
        made.querySelector("[data-parent-line]")?.toggleAttribute("hidden", parents.length === 0);
        made.querySelector("[data-undivide]")?.toggleAttribute("hidden", !sheet.below.has(unit.key));
      },
      (asked) => void this.desk.draft.operate(...changes(unit, asked)),
      () => this.cancel(),
    );
    form.querySelector("[data-undivide]")?.addEventListener("click", () => void this.desk.draft.operate({ op: "undivide", unit: unit.key }));
    const parent = form.querySelector<HTMLSelectElement>("select[name=parent]");
    parent?.addEventListener("change", () => (field(form, "code").value = this.desk.draft.drawn.codes[parent.value]?.code ?? ""));
  }

  override refresh(): void {
    super.choose(this.unit ? (this.desk.draft.sheet.units.get(this.unit.key) ?? null) : null);
    this.steps.close();
  }
}

function changes(unit: Unit, asked: Asked): Operation[] {
  const [name, code, kind, parent] = ["name", "code", "kind", "parent"].map((one) => asked.value(one)) as [string, string, string, string];
  const found: Operation[] = [];
  const hung = parent !== "" && parent !== unit.parent;
  if (hung) found.push({ op: "reparent", unit: unit.key, parent, codes: [{ unit: unit.key, code }] });
  if (!hung && code !== unit.code) found.push({ op: "renumber", unit: unit.key, code });
  if (name !== unit.own) found.push({ op: "rename", unit: unit.key, name });
  if (kind !== unit.kind) found.push({ op: "change_kind", unit: unit.key, kind });
  return found;
}

export class Measure extends Drawing {
  constructor(desk: Desk) {
    super(desk, false);
  }

  protected override preview(): void {
    super.preview();
    const box = document.querySelector<HTMLElement>("#touched");
    const metres = length(this.line) / 100;
    if (!box) return;
    box.hidden = this.line.length < 2;
    box.textContent = fill(this.desk.words.length, { metres: metres < 100 ? metres.toFixed(2) : metres.toFixed(1) });
  }

  protected finished(): void {
    this.waiting = true; // stays until Escape
  }
}

const length = (line: readonly Point[]): number =>
  line.slice(1).reduce((sum, p, n) => sum + Math.hypot(p[0] - (line[n] as Point)[0], p[1] - (line[n] as Point)[1]), 0);
