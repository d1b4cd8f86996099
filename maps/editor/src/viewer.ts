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
const target = document.querySelector<HTMLElement>("#map");
if (target) void start(target);

async function start(element: HTMLElement): Promise<void> {
  const projection = new Projection({ code: element.dataset["plane"] ?? "plane", units: "m" });
  const town = fetchTown(element.dataset["version"] ?? "");
  const sources = new Map<number, VectorSource<Unit>>();
  const selection = new VectorSource<Unit>();
  let level = Number(element.dataset["level"] ?? "3");

  const view = new View({ projection, center: [0, 0], resolution: 10, minResolution: 0.02, maxResolution: 2000 });
  const map = new OlMap({ target: element, view, controls: [], layers: [] });
  map.addLayer(selectionLayer(selection));
  const found = pointOf(element.dataset["at"]);
  if (found) map.addLayer(markLayer(found));

  async function load(wanted: number): Promise<void> {
    if (sources.has(wanted)) return;
    const source = new VectorSource<Unit>();
    sources.set(wanted, source);
    source.addFeatures(featuresOf(await town, wanted));
    layersOf(wanted, source).forEach((layer) => map.addLayer(layer));
  }

  async function show(wanted: number): Promise<void> {
    level = wanted;
    await Promise.all(Array.from({ length: wanted }, (_, index) => load(index + 1)));
    map.getLayers().forEach((layer) => {
      const own = Number(layer.get("level") ?? 0);
      if (own) layer.setVisible(own <= wanted);
    });
    document.querySelectorAll<HTMLElement>("[data-level-link]").forEach((link) => {
      if (link.dataset["levelLink"] === String(wanted)) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  }

  function whole(): Extent {
    return sources.get(1)?.getExtent() ?? [0, 0, 1, 1];
  }

  function find(code: string): Unit | undefined {
    for (const source of sources.values()) {
      const found = source.getFeatures().find((unit) => unit.get("code") === code);
      if (found) return found;
    }
    return undefined;
  }

  function fit(extent: Extent, beside: number): void {
    const above = Math.max(beside, 44); // where the notice and the scale bar are
    if (!isEmpty(extent)) view.fit(extent, { padding: [above, beside, above, beside], minResolution: 0.2 });
  }

  const card = bindCard(element, (code) => select(code, code !== null));

  function select(code: string | null, zoom: boolean): void {
    selection.clear();
    const unit = code === null ? undefined : find(code);
    if (unit) selection.addFeature(unit);
    const extent = unit?.getGeometry()?.getExtent();
    if (zoom && extent) fit(extent, 80);
    writeUnit(code);
    void card.show(code);
  }

  function unitAt(coordinate: number[]): Unit | undefined {
    for (let at = level; at > 0; at -= 1) {
      const found = sources.get(at)?.getFeaturesAtCoordinate(coordinate).find((unit) => unit.get("kind") !== "residual");
      if (found) return found;
    }
    return undefined;
  }

  map.on("singleclick", (event) => {
    const code: unknown = unitAt(event.coordinate)?.get("code");
    select(typeof code === "string" ? code : null, false);
  });
  const hint = document.querySelector<HTMLElement>("#hint");
  map.on("pointermove", (event) => {
    const unit = event.dragging ? undefined : unitAt(event.coordinate);
    element.classList.toggle("over", unit !== undefined);
    if (!hint) return;
    hint.hidden = unit === undefined;
    hint.textContent = unit ? `${String(unit.get("name"))}  ${String(unit.get("code"))}` : "";
    hint.style.left = `${(event.pixel[0] ?? 0) + 14}px`;
    hint.style.top = `${(event.pixel[1] ?? 0) + 14}px`;
  });
  element.addEventListener("pointerleave", () => hint?.setAttribute("hidden", ""));
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") select(null, false);
  });
  map.on("moveend", () => {
    drawScale(view.getResolution() ?? 1);
    if (element.dataset["ready"]) writeView(view);
  });

  bindAddress({
    zoom: (factor) => view.animate({ resolution: (view.getResolution() ?? 1) * factor, duration: 150 }),
    whole: () => fit(whole(), 24),
    level: (wanted) => void show(wanted).catch(failed),
    unit: (code) => select(code, code !== null),
  });

  if (innerWidth < 760) document.querySelector(".leg")?.removeAttribute("open"); // a phone's map is small
  try {
    await show(level);
    const unit = element.dataset["unit"];
    const placed = readView(view);
    if (!placed) fit(whole(), 24);
    if (unit) select(unit, !placed);
    if (found && !unit && !placed) view.setCenter(found);
    const without = new Set((element.dataset["without"] ?? "").split(",").filter(Boolean));
    await showWays(map, element.dataset["lines"] ?? "", without, writeWithout);
    element.dataset["ready"] = "true";
  } catch {
    failed();
  }
}

function pointOf(text: string | undefined): number[] | undefined {
  const point = (text ?? "").split(",").map(Number);
  return text && point.length === 2 && point.every(Number.isFinite) ? point : undefined;
}

function failed(): void {
  document.querySelector<HTMLElement>("#map-failed")?.removeAttribute("hidden");
}
