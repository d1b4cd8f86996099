// The map page: shows the grids the server sends, in the plane of the root. It owns no rule, no area and no sentence.

import View from "ol/View";
import type MapBrowserEvent from "ol/MapBrowserEvent";
import Projection from "ol/proj/Projection";
import { isEmpty } from "ol/extent";
import type { Extent } from "ol/extent";
import { bindAddress, readView, writeUnit, writeView, writeWithout } from "./address";
import { baseMap } from "./basemap";
import { bindCard } from "./card";
import { fetchLooks } from "./filing";
import { bindPaper } from "./paper";
import { drawScale } from "./scale";
import { State } from "./state";
import type { Unit } from "./state";
import { markLayer } from "./style";
import { Swipe } from "./swipe";
import { showWays } from "./ways";

class Viewer {
  private readonly view = new View({
    projection: new Projection({ code: this.element.dataset["plane"] ?? "plane", units: "m" }),
    center: [0, 0],
    resolution: 10,
    minResolution: 0.02,
    maxResolution: 2000,
  });
  private readonly state = new State(this.element, this.view, this.element.dataset["version"] ?? "");
  private readonly swipe = swipeOver(this.view);
  private readonly states = this.swipe ? [this.state, this.swipe.state] : [this.state];
  private readonly found = pointOf(this.element.dataset["at"]);
  private readonly card = bindCard(this.element, (code) => this.select(code, code !== null));

  constructor(private readonly element: HTMLElement) {
    const { found } = this;
    if (found) this.states.forEach(({ map }) => map.addLayer(markLayer(found)));
    this.bind();
  }

  private bind(): void {
    const { view, element } = this;
    const { map } = this.state;
    bindPaper(...this.states.map((state) => state.map));
    map.on("singleclick", (event) => {
      const code: unknown = this.unitAt(event)?.get("code");
      this.card.other = this.swipe?.covers(event.pixel) ?? false;
      this.select(typeof code === "string" ? code : null, false);
    });
    this.bindHint();
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.select(null, false);
    });
    map.on("moveend", () => {
      drawScale(view.getResolution() ?? 1);
      if (element.dataset["ready"]) writeView(view);
    });
    bindAddress({
      zoom: (factor) => view.animate({ resolution: (view.getResolution() ?? 1) * factor, duration: 150 }),
      whole: () => this.fit(this.state.extent, 24),
      level: (wanted) => void this.show(wanted).catch(failed),
      unit: (code) => this.select(code, code !== null),
    });
  }

  // Name and code beside the pointer.
  private bindHint(): void {
    const hint = document.querySelector<HTMLElement>("#hint");
    this.state.map.on("pointermove", (event) => {
      const unit = event.dragging ? undefined : this.unitAt(event);
      this.element.classList.toggle("over", unit !== undefined);
      if (!hint) return;
      hint.hidden = unit === undefined;
      hint.textContent = unit ? `${String(unit.get("name"))}  ${String(unit.get("code"))}` : "";
      hint.style.left = `${(event.pixel[0] ?? 0) + 14}px`;
      hint.style.top = `${(event.pixel[1] ?? 0) + 14}px`;
    });
    this.element.addEventListener("pointerleave", () => hint?.setAttribute("hidden", ""));
  }

  // The unit under the pointer, in the state that is seen there.
  private unitAt({ coordinate, pixel }: MapBrowserEvent): Unit | undefined {
    return (this.swipe?.covers(pixel) ? this.swipe.state : this.state).unitAt(coordinate);
  }

  private async show(wanted: number): Promise<void> {
    await Promise.all(this.states.map((state) => state.show(wanted)));
    this.state.count();
    document.querySelectorAll<HTMLElement>("[data-level-link]").forEach((link) => {
      if (link.dataset["levelLink"] === String(wanted)) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  }

  private fit(extent: Extent, beside: number): void {
    const above = Math.max(beside, 44); // where the notice and the scale bar are
    if (!isEmpty(extent)) this.view.fit(extent, { padding: [above, beside, above, beside], minResolution: 0.2 });
  }

  private select(code: string | null, zoom: boolean): void {
    const unit = this.states.map((state) => state.choose(code)).find((one) => one !== undefined);
    const extent = unit?.getGeometry()?.getExtent();
    if (zoom && extent) this.fit(extent, 80);
    writeUnit(code);
    void this.card.show(code);
  }

  private async ground(): Promise<void> {
    for (const state of this.states) {
      const layer = await baseMap(this.element.dataset["baseMap"] ?? "", 0.01, (on) => state.overlay(on));
      if (layer) state.map.addLayer(layer);
    }
  }

  private async underWay(): Promise<void> {
    this.state.underWay(await fetchLooks(this.element.dataset["underWay"] ?? ""));
  }

  async start(): Promise<void> {
    const { element, view, found } = this;
    await this.show(Number(element.dataset["level"] ?? "3"));
    const unit = element.dataset["unit"];
    const placed = readView(view);
    if (!placed) this.fit(this.state.extent, 24);
    if (unit) this.select(unit, !placed);
    if (found && !unit && !placed) view.setCenter(found);
    const without = new Set((element.dataset["without"] ?? "").split(",").filter(Boolean));
    const lines = [element.dataset["lines"] ?? "", this.swipe?.lines ?? ""];
    await this.ground();
    const ways = this.states.map(({ map }, n) => showWays(map, lines[n] ?? "", without, writeWithout));
    await Promise.all([this.underWay(), ...ways]);
    element.dataset["ready"] = "true";
  }
}

// The other day's map, where the page compares two.
function swipeOver(view: View): Swipe | null {
  const box = document.querySelector<HTMLElement>("#swipe");
  return box && new Swipe(box, view);
}

function pointOf(text: string | undefined): number[] | undefined {
  const point = (text ?? "").split(",").map(Number);
  return text && point.length === 2 && point.every(Number.isFinite) ? point : undefined;
}

function failed(): void {
  document.querySelector<HTMLElement>("#map-failed")?.removeAttribute("hidden");
}

const target = document.querySelector<HTMLElement>("#map");
if (innerWidth < 760) document.querySelector(".leg")?.removeAttribute("open"); // a phone's map is small
if (target) void new Viewer(target).start().catch(failed);
