// How grids are drawn: colours and widths come from the style sheet, which has them from maps/style.py.

import Feature from "ol/Feature";
import type { FeatureLike } from "ol/Feature";
import type { Geometry } from "ol/geom";
import { getArea } from "ol/extent";
import MultiPolygon from "ol/geom/MultiPolygon";
import Point from "ol/geom/Point";
import Polygon from "ol/geom/Polygon";
import VectorLayer from "ol/layer/Vector";
import VectorSource from "ol/source/Vector";
import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import Text from "ol/style/Text";

type Unit = Feature<Geometry>;
type Layer = VectorLayer<VectorSource<Unit>>;

const root = getComputedStyle(document.documentElement);
const token = (name: string): string => root.getPropertyValue(`--${name}`).trim();
const width = (level: number): number => parseFloat(token(`w${level}`));
const CROWDED = 26; // pixels across a grid, under which the lines of its level would only darken the map
const LABEL_SIZES = [0, 16, 12.5, 12];

function hatch(): CanvasPattern | string {
  const tile = document.createElement("canvas");
  const size = 6 * devicePixelRatio;
  tile.width = tile.height = size;
  const pen = tile.getContext("2d");
  if (!pen) return "rgba(89, 102, 115, 0.2)";
  pen.strokeStyle = token("ink-3");
  pen.globalAlpha = 0.55;
  pen.lineWidth = devicePixelRatio;
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
  }
  pen.stroke();
  return pen.createPattern(tile, "repeat") ?? "rgba(89, 102, 115, 0.2)";
}

function bulk(geometry: Geometry | undefined): Polygon | undefined {
  if (geometry instanceof Polygon) return geometry;
  if (!(geometry instanceof MultiPolygon)) return undefined;
  return geometry.getPolygons().reduce((best, next) => (next.getArea() > best.getArea() ? next : best));
}

// A village is letterspaced, so that it is not read as the name of the grid it lies on (a code in Latin letters needs no
// such help); a grid drops its village's name.
function words(unit: Unit, level: number): string {
  const name = String(unit.get("label") ?? unit.get("name") ?? "");
  return level === 1 && /[^\u0000-\u00ff]/.test(name) ? Array.from(name).join("\u2009") : name;
}

// Inside or not at all; only a village may look over its line a little, since its name is what one looks for first.
const ROOM = [0, 0.6, 0.9, 1];
const SMALLEST_LETTERS = [0, 0, 1.5, 3]; // how many letters a grid must be wide and high before it is named

function fits(polygon: Polygon, label: string, level: number, letter: number): boolean {
  const [left, bottom, right, top] = polygon.getExtent() as [number, number, number, number];
  const letters = Array.from(label).reduce((sum, char) => sum + (char === "\u2009" ? 0.2 : char < "\u0100" ? 0.55 : 1), 0);
  const smallest = (SMALLEST_LETTERS[level] ?? 0) * letter;
  return right - left >= Math.max(letters * letter * (ROOM[level] ?? 1), smallest) && top - bottom >= smallest;
}

function labelStyle(level: number): (drawn: FeatureLike, resolution: number) => Style | undefined {
  const size = LABEL_SIZES[level] ?? 12;
  const text = new Text({
    font: `${level === 1 ? 700 : 400} ${size}px ${token("font")}`,
    fill: new Fill({ color: level === 3 ? token("ink-2") : level === 1 ? token("inforce") : token("ink") }),
    stroke: new Stroke({ color: "rgba(255, 255, 255, 0.85)", width: level === 1 ? 4 : 3 }),
    overflow: true,
    padding: [1, 2, 1, 2],
  });
  const style = new Style({ text });
  const places = new WeakMap<Unit, Point>();
  return (drawn, resolution) => {
    const unit = drawn as Unit;
    const polygon = bulk(unit.getGeometry());
    if (!polygon || unit.get("kind") === "residual") return undefined;
    const label = words(unit, level);
    if (!fits(polygon, label, level, size * resolution)) return undefined;
    let place = places.get(unit);
    if (!place) places.set(unit, (place = new Point(polygon.getInteriorPoint().getCoordinates().slice(0, 2))));
    text.setText(label);
    style.setGeometry(place);
    return style;
  };
}

function lines(level: number, source: VectorSource<Unit>): Layer {
  const stroke = new Stroke({ color: token("inforce"), width: width(level), lineJoin: "round" });
  const ordinary = new Style({ stroke });
  const faint = new Style({ stroke: new Stroke({ color: `${token("inforce")}40`, width: width(level), lineJoin: "round" }) });
  const typical = Math.sqrt(getArea(source.getExtent() ?? [0, 0, 0, 0]) / Math.max(1, source.getFeatures().length));
  const residual = [new Style({ fill: new Fill({ color: hatch() }) })];
  const layer = new VectorLayer({
    source,
    zIndex: 10 - level,
    updateWhileAnimating: true,
    style: (unit, resolution) =>
      unit.get("kind") === "residual" ? residual : level > 1 && typical / resolution < CROWDED ? faint : ordinary,
  });
  layer.set("level", level);
  return layer;
}

export function layersOf(level: number, source: VectorSource<Unit>): Layer[] {
  const labels = new VectorLayer({
    source,
    zIndex: 40 - level,
    declutter: true,
    style: labelStyle(level),
  });
  labels.set("level", level);
  const layers: Layer[] = [lines(level, source), labels];
  if (level === 1) {
    const land = new VectorLayer({ source, zIndex: 1, style: new Style({ fill: new Fill({ color: token("inforce-fill") }) }) });
    land.set("land", true);
    layers.push(land);
  }
  return layers;
}

export function selectionLayer(source: VectorSource<Unit>): Layer {
  return new VectorLayer({
    source,
    zIndex: 20,
    style: [
      new Style({ stroke: new Stroke({ color: token("paper"), width: 8, lineJoin: "round" }) }),
      new Style({ stroke: new Stroke({ color: token("ink"), width: 4, lineJoin: "round" }) }),
    ],
  });
}

// The point that was searched for.
export function markLayer(at: number[]): VectorLayer<VectorSource> {
  const image = new CircleStyle({ radius: 8, fill: new Fill({ color: token("act") }), stroke: new Stroke({ color: token("paper"), width: 3 }) });
  const source = new VectorSource({ features: [new Feature(new Point(at))] });
  return new VectorLayer({ source, zIndex: 50, style: new Style({ image }) });
}
