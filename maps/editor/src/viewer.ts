// The map page: shows the grids the server sends, in the plane of the root. It owns no rule, no area and no sentence.

import OlMap from "ol/Map";
import View from "ol/View";
import type Feature from "ol/Feature";
import type { Geometry } from "ol/geom";
import Projection from "ol/proj/Projection";
import VectorSource from "ol/source/Vector";
import { isEmpty } from "ol/extent";
import type { Extent } from "ol/extent";
import { bindAddress, readView, writeUnit, writeView, writeWithout } from "./address";
import { bindCard } from "./card";
import { drawScale } from "./scale";
import { layersOf, markLayer, selectionLayer } from "./style";
import { featuresOf, fetchTown } from "./town";
import { showWays } from "./ways";

type Unit = Feature<Geometry>;

class Viewer {
  private readonly sources = new Map<number, VectorSource<Unit>>();
  private readonly selection = new VectorSource<Unit>();
  private readonly view = new View({
    projection: new Projection({ code: this.element.dataset["plane"] ?? "plane", units: "m" }),
    center: [0, 0],
    resolution: 10,
    minResolution: 0.02,
    maxResolution: 2000,
  });
  private readonly map = new OlMap({ target: this.element, view: this.view, controls: [], layers: [] });
  private readonly town = fetchTown(this.element.dataset["version"] ?? "");
  private readonly found = pointOf(this.element.dataset["at"]);
  private readonly card = bindCard(this.element, (code) => this.select(code, code !== null));
  private level = Number(this.element.dataset["level"] ?? "3");

  constructor(private readonly element: HTMLElement) {
    this.map.addLayer(selectionLayer(this.selection));
    if (this.found) this.map.addLayer(markLayer(this.found));
    this.bind();
  }

  private bind(): void {
    const { map, view, element } = this;
    map.on("singleclick", (event) => {
      const code: unknown = this.unitAt(event.coordinate)?.get("code");
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
      whole: () => this.fit(this.whole(), 24),
      level: (wanted) => void this.show(wanted).catch(failed),
      unit: (code) => this.select(code, code !== null),
    });
  }

  // Name and code beside the pointer.
  private bindHint(): void {
    const hint = document.querySelector<HTMLElement>("#hint");
    this.map.on("pointermove", (event) => {
      const unit = event.dragging ? undefined : this.unitAt(event.coordinate);
      this.element.classList.toggle("over", unit !== undefined);
      if (!hint) return;
      hint.hidden = unit === undefined;
      hint.textContent = unit ? `${String(unit.get("name"))}  ${String(unit.get("code"))}` : "";
      hint.style.left = `${(event.pixel[0] ?? 0) + 14}px`;
      hint.style.top = `${(event.pixel[1] ?? 0) + 14}px`;
    });
    this.element.addEventListener("pointerleave", () => hint?.setAttribute("hidden", ""));
  }

  private async load(wanted: number): Promise<void> {
    if (this.sources.has(wanted)) return;
    const source = new VectorSource<Unit>();
    this.sources.set(wanted, source);
    source.addFeatures(featuresOf(await this.town, wanted));
    layersOf(wanted, source).forEach((layer) => this.map.addLayer(layer));
  }

  private async show(wanted: number): Promise<void> {
    this.level = wanted;
    await Promise.all(Array.from({ length: wanted }, (_, index) => this.load(index + 1)));
    this.map.getLayers().forEach((layer) => {
      const own = Number(layer.get("level") ?? 0);
      if (own) layer.setVisible(own <= wanted);
    });
    document.querySelectorAll<HTMLElement>("[data-level-link]").forEach((link) => {
      if (link.dataset["levelLink"] === String(wanted)) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  }

  private whole(): Extent {
    return this.sources.get(1)?.getExtent() ?? [0, 0, 1, 1];
  }

  private find(code: string): Unit | undefined {
    for (const source of this.sources.values()) {
      const found = source.getFeatures().find((unit) => unit.get("code") === code);
      if (found) return found;
    }
    return undefined;
  }

  private fit(extent: Extent, beside: number): void {
    const above = Math.max(beside, 44); // where the notice and the scale bar are
    if (!isEmpty(extent)) this.view.fit(extent, { padding: [above, beside, above, beside], minResolution: 0.2 });
  }

  private select(code: string | null, zoom: boolean): void {
    this.selection.clear();
    const unit = code === null ? undefined : this.find(code);
    if (unit) this.selection.addFeature(unit);
    const extent = unit?.getGeometry()?.getExtent();
    if (zoom && extent) this.fit(extent, 80);
    writeUnit(code);
    void this.card.show(code);
  }

  private unitAt(coordinate: number[]): Unit | undefined {
    for (let at = this.level; at > 0; at -= 1) {
      const found = this.sources.get(at)?.getFeaturesAtCoordinate(coordinate).find((unit) => unit.get("kind") !== "residual");
      if (found) return found;
    }
    return undefined;
  }

  async start(): Promise<void> {
    const { element, view, found } = this;
    await this.show(this.level);
    const unit = element.dataset["unit"];
    const placed = readView(view);
    if (!placed) this.fit(this.whole(), 24);
    if (unit) this.select(unit, !placed);
    if (found && !unit && !placed) view.setCenter(found);
    const without = new Set((element.dataset["without"] ?? "").split(",").filter(Boolean));
    await showWays(this.map, element.dataset["lines"] ?? "", without, writeWithout);
    element.dataset["ready"] = "true";
  }
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
