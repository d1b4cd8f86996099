// What is under way, drawn on the grids it is about: by colour, and by line for those who do not see colours, or print in grey.

import type { Coordinate } from "ol/coordinate";
import type { State as Pen } from "ol/render";
import VectorLayer from "ol/layer/Vector";
import VectorSource from "ol/source/Vector";
import Fill from "ol/style/Fill";
import Style from "ol/style/Style";
import { DASHES } from "./dashes";
import type { Look } from "./dashes";
import type { Unit } from "./state";

const LOOKS = ["draft", "submitted", "filed"] as const;
export type Looks = ReadonlyMap<string, Look>; // by the key of a unit

const FILL = 1.5; // over the land, under streets and every border
const LINE = 15; // over every border, under what is chosen
const WIDE = 3; // pixels that are seen of a line
const HALVES = 1.6; // how much further apart dots are than on a line that is not cut: half of each is seen
const root = getComputedStyle(document.documentElement);
const token = (name: string): string => root.getPropertyValue(`--${name}`).trim();

interface UnderWayDocument {
  readonly format: "underway/1";
  readonly units: readonly { readonly key: string; readonly look: Look }[];
}

// Which units are drawn as under way; none where the page names no address, since its day has gone by.
export async function fetchLooks(address: string): Promise<Looks> {
  if (!address) return new Map();
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  const { units } = (await answer.json()) as UnderWayDocument;
  return new Map(units.map(({ key, look }) => [key, look]));
}

// A line inside the outline, so that two neighbours of different states never share one: twice as wide, and cut off outside.
function inside(look: Look): Style {
  const { color, dash, cap } = DASHES[look];
  return new Style({
    renderer: (coordinates, { context, pixelRatio }: Pen) => {
      const pen = context;
      pen.save();
      pen.beginPath();
      for (const ring of (coordinates as Coordinate[][][]).flat()) {
        ring.forEach(([x, y], n) => (n ? pen.lineTo(Number(x), Number(y)) : pen.moveTo(Number(x), Number(y))));
        pen.closePath();
      }
      pen.clip("evenodd");
      pen.strokeStyle = color;
      pen.lineWidth = 2 * WIDE * pixelRatio;
      pen.lineJoin = "round";
      pen.lineCap = cap;
      pen.setLineDash(dash.map((length) => length * pixelRatio * (cap === "round" ? HALVES : 1)));
      pen.stroke();
      pen.restore();
    },
  });
}

// The layers of the units of one level: their ground and their line.
export function filingLayers(level: number, units: readonly Unit[], looks: Looks): VectorLayer<VectorSource<Unit>>[] {
  const source = new VectorSource({ features: units.filter((unit) => looks.has(String(unit.getId()))) });
  const look = (unit: { getId(): unknown }): Look => looks.get(String(unit.getId())) ?? "draft";
  const [fills, lines] = [new Map<Look, Style>(), new Map<Look, Style>()];
  for (const one of LOOKS) {
    fills.set(one, new Style({ fill: new Fill({ color: token(`${one}-fill`) }) }));
    lines.set(one, inside(one));
  }
  const layers = [
    new VectorLayer({ source, zIndex: FILL + level / 10, style: (unit) => fills.get(look(unit as Unit)) }),
    new VectorLayer({ source, zIndex: LINE + level / 10, updateWhileAnimating: true, updateWhileInteracting: true, style: (unit) => lines.get(look(unit as Unit)) }),
  ];
  layers.forEach((layer) => layer.set("level", level));
  return layers;
}

// Writes beside each state of the legend how many of the grids that are shown are in it.
export function countLooks(units: readonly Unit[], looks: Looks): void {
  const counts = new Map<string, number>();
  for (const unit of units) {
    const look = looks.get(String(unit.getId())) ?? "inforce";
    counts.set(look, (counts.get(look) ?? 0) + 1);
  }
  document.querySelectorAll<HTMLElement>("[data-count]").forEach((place) => {
    place.textContent = String(counts.get(place.dataset["count"] ?? "") ?? 0);
  });
}
