// Giving land: merge grids, give an area to another grid, make a new grid of an area.

import type { Pointer } from "./canvas";
import type { Desk } from "./desk";
import { fill } from "./desk";
import { Drawing } from "./drawing";
import { segments } from "./leaves";
import { holds, pointsOf } from "./plane";
import type { Leaf } from "./leaves";
import type { Point } from "./plane";
import type { Unit } from "./drawn";
import { field, options, radio } from "./steps";
import type { Steps } from "./steps";
import type { Tool } from "./tool";

export class Merge implements Tool {
  private readonly chosen = new Map<string, Unit>();

  constructor(
    private readonly desk: Desk,
    private readonly steps: Steps,
  ) {}

  click({ at }: Pointer): void {
    const unit = this.desk.draft.sheet.unitAt(at, this.desk.level);
    if (unit) this.toggle(unit);
  }

  pointed(key: string): void {
    const unit = this.desk.draft.sheet.units.get(key);
    if (unit) this.toggle(unit);
  }

  private toggle(unit: Unit): void {
    if (!this.chosen.delete(unit.key)) this.chosen.set(unit.key, unit);
    this.show();
    if (this.chosen.size > 1) this.question();
    else this.steps.close();
  }

  private show(): void {
    const { canvas, draft } = this.desk;
    canvas.clear("touched", "chosen");
    const areas = [...this.chosen.keys()].map((key) => draft.sheet.outline(key));
    canvas.areas("touched", areas.map((polygons) => ({ polygons })));
    canvas.lines("chosen", areas.flat(2).map((points) => ({ points, look: "unit" })));
    this.desk.tell([...this.chosen.values()]);
  }

  private question(): void {
    const units = [...this.chosen.values()];
    this.steps.ask(
      "merge",
      (form) => {
        const list = form.querySelector("[data-survivors]");
        list?.replaceChildren(...units.map((unit, n) => radio("survivor", unit.key, `${unit.name}　${unit.code ?? ""}`, n === 0)));
        field(form, "reparent").closest("label")?.toggleAttribute("hidden", new Set(units.map((unit) => unit.parent)).size < 2);
      },
      (asked) => {
        const reparent = asked.value("reparent") === "on";
        void this.desk.draft.operate({ op: "merge", units: units.map((unit) => unit.key), survivor: asked.value("survivor"), reparent, codes: [] });
      },
      () => this.cancel(),
    );
  }

  cancel(): boolean {
    const had = this.chosen.size > 0;
    this.chosen.clear();
    this.steps.close();
    this.desk.canvas.clear("touched", "chosen");
    this.desk.tell([]);
    return had;
  }

  refresh(): void {
    this.cancel();
  }
}

abstract class Area extends Drawing {
  constructor(
    desk: Desk,
    protected readonly steps: Steps,
  ) {
    super(desk, true);
  }

  // The units of the level that have land inside the area.
  protected reached(): Unit[] {
    const ring = this.line;
    const { sheet } = this.desk.draft;
    const found = new Map<string, Unit>();
    for (const leaf of sheet.leaves.values()) {
      const unit = sheet.standing(leaf.key, this.desk.level);
      if (unit && !found.has(unit.key) && touches(leaf, ring)) found.set(unit.key, unit);
    }
    return [...found.values()];
  }

  protected names(form: HTMLElement, givers: readonly Unit[]): void {
    const line = form.querySelector("[data-givers]");
    if (line) line.textContent = fill(this.desk.words.givers, { names: this.desk.names(givers) });
  }

  protected override given(): void {
    super.given();
    this.steps.close();
  }
}

export class Transfer extends Area {
  protected finished(): void {
    const reached = this.reached();
    const { sheet } = this.desk.draft;
    const beside = new Map(reached.map((unit) => [unit.key, unit]));
    for (const unit of reached) {
      for (const leaf of sheet.leavesUnder(unit.key)) {
        for (const [a, b] of segments(sheet.leaves.get(leaf))) {
          const other = sheet.standing(sheet.beyond(a, b), this.desk.level);
          if (other) beside.set(other.key, other);
        }
      }
    }
    const first = sheet.unitAt(this.line[0] as Point, this.desk.level);
    const chosen = reached.length > 1 && first ? first : ([...beside.values()].find((unit) => unit !== reached[0]) ?? reached[0]);
    const giversOf = (receiver: string): Unit[] => reached.filter((unit) => unit.key !== receiver);
    const form = this.steps.ask(
      "transfer",
      (made) => {
        const items = [...beside.values()].map((unit) => ({ value: unit.key, text: `${unit.name}　${unit.code ?? ""}` }));
        options(made.querySelector("select[name=receiver]") as HTMLSelectElement, items, chosen?.key ?? "");
        this.receiver(made, chosen?.key ?? "", giversOf);
      },
      (asked) => {
        const receiver = asked.value("receiver");
        const into = asked.value("into");
        const area = this.places.map(({ place }) => place);
        const givers = giversOf(receiver).map((unit) => unit.key);
        void this.desk.draft.operate({ op: "transfer", givers, receiver, area, units: [], into: into ? [into] : [], codes: [] });
      },
      () => this.cancel(),
    );
    form.querySelector("select[name=receiver]")?.addEventListener("change", (event) => this.receiver(form, (event.target as HTMLSelectElement).value, giversOf));
  }

  // Who gives, and which unit below the receiver takes the land where it is divided.
  private receiver(form: HTMLElement, key: string, giversOf: (receiver: string) => Unit[]): void {
    const { sheet } = this.desk.draft;
    this.names(form, giversOf(key));
    const below = (sheet.below.get(key) ?? []).map((child) => sheet.units.get(child) as Unit).filter((unit) => unit.kind !== "residual");
    const line = form.querySelector<HTMLElement>("[data-into]");
    if (!line) return;
    line.hidden = below.length === 0 || this.desk.level > 1;
    const items = line.hidden ? [] : below.map((unit) => ({ value: unit.key, text: unit.name }));
    options(line.querySelector("select") as HTMLSelectElement, items, items[0]?.value ?? "");
    this.desk.tell([...giversOf(key), ...(sheet.units.has(key) ? [sheet.units.get(key) as Unit] : [])]);
  }
}

export class Carve extends Area {
  protected finished(): void {
    const givers = this.reached();
    const next = this.desk.draft.drawn.codes[givers[0]?.parent ?? ""];
    this.desk.tell(givers);
    this.steps.ask(
      "carve",
      (form) => {
        this.names(form, givers);
        field(form, "code").value = next?.code ?? "";
        field(form, "name").value = next?.name ?? "";
      },
      (asked) => {
        const area = this.places.map(({ place }) => place);
        const { level } = this.desk;
        void this.desk.draft.operate({ op: "carve", givers: givers.map((unit) => unit.key), area, level, code: asked.value("code"), name: asked.value("name"), kind: asked.value("kind") });
      },
      () => this.cancel(),
    );
  }
}

function touches(leaf: Leaf, ring: readonly Point[]): boolean {
  const flat = [Float64Array.from(ring.flat())];
  const [left, bottom, right, top] = leaf.box;
  if (ring.every(([x]) => x < left) || ring.every(([x]) => x > right) || ring.every(([, y]) => y < bottom) || ring.every(([, y]) => y > top)) return false;
  const corners = leaf.rings.flatMap(pointsOf);
  const edge = new Set(ring.map((p) => p.join()));
  if (corners.some((p) => !edge.has(p.join()) && holds(flat, p))) return true;
  if (ring.some((p) => !corners.some((q) => q[0] === p[0] && q[1] === p[1]) && holds(leaf.rings, p))) return true;
  return ring.some((p, n) => [...segments(leaf)].some(([a, b]) => crosses(p, ring[(n + 1) % ring.length] as Point, a, b)));
}

function crosses(a: Point, b: Point, p: Point, q: Point): boolean {
  const side = (u: Point, v: Point, w: Point): number => Math.sign((v[0] - u[0]) * (w[1] - u[1]) - (v[1] - u[1]) * (w[0] - u[0]));
  return side(a, b, p) * side(a, b, q) < 0 && side(p, q, a) * side(p, q, b) < 0;
}
