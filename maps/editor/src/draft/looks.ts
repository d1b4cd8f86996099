// How the draft is drawn: colours and widths come from the style sheet, which has them from maps/style.py.

import type { FeatureLike } from "ol/Feature";
import type { Coordinate } from "ol/coordinate";
import type { State } from "ol/render";
import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import Text from "ol/style/Text";
import type { StyleLike } from "ol/style/Style";
import { DASHES } from "../dashes";
import type { Dashes, Look } from "../dashes";
import { wayNames, wayStyle } from "../waystyle";

const root = getComputedStyle(document.documentElement);
const token = (name: string): string => root.getPropertyValue(`--${name}`).trim();
const width = (level: number): number => parseFloat(token(`w${Math.max(1, level)}`));
const line = (color: string, wide: number, dash?: number[], cap: CanvasLineCap = "round", zIndex = 0): Style =>
  new Style({ zIndex, stroke: new Stroke({ color, width: wide, lineDash: dash, lineJoin: "round", lineCap: cap }) });
const fill = (color: string | CanvasPattern, edge?: string): Style =>
  new Style({ fill: new Fill({ color }), stroke: edge ? new Stroke({ color: edge, width: 1 }) : undefined });

function hatch(color: string, gap: number, wide: number): CanvasPattern | string {
  const tile = document.createElement("canvas");
  const size = gap * devicePixelRatio;
  tile.width = tile.height = size;
  const pen = tile.getContext("2d");
  if (!pen) return color;
  pen.strokeStyle = color;
  pen.lineWidth = wide * devicePixelRatio;
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, 0);
    pen.lineTo(shift + size, size);
  }
  pen.stroke();
  return pen.createPattern(tile, "repeat") ?? color;
}

const look = (feature: FeatureLike): string => String(feature.get("look"));
const named = (styles: Record<string, Style | Style[]>): StyleLike => (feature) => styles[look(feature)];

// Land that changes its grid: what is inside the outline before or the one after, but not both.
function either(coordinates: Coordinate | Coordinate[] | Coordinate[][] | Coordinate[][][], state: State): void {
  const pen = state.context;
  pen.save();
  pen.beginPath();
  for (const polygon of coordinates as Coordinate[][][]) {
    for (const ring of polygon) {
      ring.forEach(([x, y], n) => (n ? pen.lineTo(Number(x), Number(y)) : pen.moveTo(Number(x), Number(y))));
      pen.closePath();
    }
  }
  pen.fillStyle = hatched;
  pen.fill("evenodd");
  pen.restore();
}
const hatched = hatch(`${token("act")}88`, 7, 2);

const LABEL_SIZES = [0, 16, 13, 12];
function label(feature: FeatureLike, resolution: number): Style | undefined {
  const level = Number(feature.get("look"));
  const text = String(feature.get("text"));
  const size = LABEL_SIZES[level] ?? 12;
  const letters = Array.from(text).reduce((sum, char) => sum + (char < "\u0100" ? 0.55 : 1), 0);
  if (Number(feature.get("room")) / resolution < letters * size * (level === 1 ? 0.6 : 0.95)) return undefined;
  return new Style({
    text: new Text({
      text: level === 1 && /[^\u0000-\u00ff]/.test(text) ? Array.from(text).join("\u2009") : text,
      font: `${level === 1 ? 700 : 400} ${size}px ${token("font")}`,
      fill: new Fill({ color: level === 3 ? token("ink-2") : level === 1 ? token("inforce") : token("ink") }),
      stroke: new Stroke({ color: "rgba(255, 255, 255, 0.85)", width: 3 }),
      overflow: true,
      padding: [1, 2, 1, 2],
    }),
  });
}

const dot = (color: string, edge: string, radius: number): Style =>
  new Style({ image: new CircleStyle({ radius, fill: new Fill({ color }), stroke: new Stroke({ color: edge, width: 2 }) }) });
const mark = (color: string) => (feature: FeatureLike): Style =>
  new Style({
    image: new CircleStyle({ radius: 12, fill: new Fill({ color }), stroke: new Stroke({ color: token("ink"), width: 1.5 }) }),
    text: new Text({ text: String(feature.get("text")), font: `700 13px ${token("font")}`, fill: new Fill({ color: token("ink") }) }),
  });

// The lines that the change draws are those of its state.
const own: Dashes = DASHES[(document.querySelector<HTMLElement>("#draft")?.dataset["look"] ?? "draft") as Look];

const SKETCH: Record<string, Style | Style[]> = {
  line: [line(token("paper"), 6), line(token("draft"), 3, [8, 5], "butt")],
  band: line(token("draft"), 2, [3, 4], "butt"),
  wrong: [line(token("paper"), 6), line(token("fail"), 3, [2, 4], "butt")],
  area: fill(`${token("draft")}22`),
  left: fill("#17549b2e", token("act")),
  right: fill("#c0288a24", token("draft")),
  vertex: dot(token("paper"), token("draft"), 6),
  free: dot(token("paper"), token("ink-3"), 4),
  snapped: dot(token("draft"), token("ink"), 6),
  refused: dot(token("fail-soft"), token("fail"), 9),
};
const MARKS: Record<string, (feature: FeatureLike) => Style> = { A: mark("#d5e6f7"), B: mark("#f7dcec") };

const CM = 100;
const WAYS: Record<string, (feature: FeatureLike, resolution: number) => Style[]> = { street: wayStyle("street", CM), reference: wayStyle("reference", CM) };

// From below to above.
export const LAYERS = ["ground", "ways", "still", "tint", "moved", "ghost", "fresh", "touched", "chosen", "sketch", "waynames", "labels"] as const;
export type Layer = (typeof LAYERS)[number];

export const STYLES: Record<Layer, StyleLike> = {
  ground: fill(token("land")),
  ways: (feature, resolution) => WAYS[look(feature)]?.(feature, resolution),
  waynames: wayNames(CM),
  still: named({
    "0": line(token("inforce"), width(1), undefined, "round", 3),
    "1": line(token("inforce"), width(1), undefined, "round", 3),
    "2": line(token("inforce"), width(2), undefined, "round", 2),
    "3": line(token("inforce"), width(3), undefined, "round", 1),
    residual: fill(hatch(`${token("ink-3")}8c`, 6, 1)),
  }),
  tint: named({ gains: fill("#17549b1c"), loses: fill("#c0288a1c"), new: fill("#17549b2b") }),
  moved: new Style({ renderer: either }),
  ghost: line(token("ink-2"), 1.6, [1.5, 4]),
  fresh: [line(token("paper"), 6), line(own.color, 3, [...own.dash], own.cap)],
  touched: fill("#c0288a24"),
  chosen: named({
    unit: [line(token("paper"), 8), line(token("ink"), 4)],
    border: [line(token("paper"), 7), line(token("act"), 3)],
  }),
  sketch: (feature) => MARKS[look(feature)]?.(feature) ?? SKETCH[look(feature)],
  labels: label,
};
