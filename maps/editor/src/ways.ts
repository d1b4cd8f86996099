// The layers of streets and reference lines on the map page, with their switches in the legend.

import type OlMap from "ol/Map";
import Feature from "ol/Feature";
import LineString from "ol/geom/LineString";
import VectorLayer from "ol/layer/Vector";
import VectorImageLayer from "ol/layer/VectorImage";
import VectorSource from "ol/source/Vector";
import { fetchLines } from "./lines";
import type { Lines } from "./lines";
import { wayNames, wayStyle } from "./waystyle";

const CM = 100;
const UNDER = 2; // over the ground, under every border
const NAMES = 36; // under the names of grids

function layersOf({ kind, ways }: Lines): (VectorImageLayer<VectorSource> | VectorLayer<VectorSource>)[] {
  const source = new VectorSource({
    features: ways.map(({ name, xy }) => new Feature({ geometry: new LineString(Array.from(xy, (cm) => cm / CM), "XY"), text: name })),
  });
  const drawn = new VectorImageLayer({ source, zIndex: kind === "street" ? UNDER : UNDER + 1, imageRatio: 1.4, style: wayStyle(kind, 1) });
  if (kind !== "street") return [drawn];
  return [drawn, new VectorLayer({ source, zIndex: NAMES, declutter: true, style: wayNames(1) })];
}

// Draws what there is under the borders; `without` names the kinds that are switched off, `switched` is told when that changes.
export async function showWays(map: OlMap, address: string, without: ReadonlySet<string>, switched: (without: string[]) => void): Promise<void> {
  const off = new Set(without);
  for (const lines of await fetchLines(address)) {
    const layers = layersOf(lines);
    const show = (): void => layers.forEach((layer) => layer.setVisible(!off.has(lines.kind)));
    show();
    layers.forEach((layer) => map.addLayer(layer));
    const entry = document.querySelector<HTMLElement>(`[data-ways="${lines.kind}"]`);
    const box = entry?.querySelector<HTMLInputElement>("input");
    if (!entry || !box) continue;
    entry.hidden = false;
    box.checked = !off.has(lines.kind);
    box.addEventListener("change", () => {
      if (box.checked) off.delete(lines.kind);
      else off.add(lines.kind);
      show();
      switched([...off].sort());
    });
  }
}
