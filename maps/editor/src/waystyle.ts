// How streets and reference lines are drawn: quiet, under the borders. Colours come from the style sheet.

import type { FeatureLike } from "ol/Feature";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import Text from "ol/style/Text";

const root = getComputedStyle(document.documentElement);
const token = (name: string): string => root.getPropertyValue(`--${name}`).trim();
const STREET_M = 7;
const NAMED = 1.6; // metres a pixel, beyond which names of streets would only crowd the map
const CROWDED = 8; // metres a pixel, beyond which streets would only darken the map
const NARROWEST = 2.4; // pixels, under which a street is one line

// `unit` is how many units of the map a metre has.
export function wayStyle(kind: string, unit: number): (feature: FeatureLike, resolution: number) => Style[] {
  const round = { lineJoin: "round", lineCap: "round" } as const;
  if (kind !== "street") {
    const dashed = [new Style({ stroke: new Stroke({ color: token("reference"), width: 1.6, lineDash: [9, 3, 2, 3] }) })];
    return () => dashed;
  }
  const casing = new Stroke({ color: token("casing"), width: 1, ...round });
  const core = new Stroke({ color: token("street"), width: 1, ...round });
  const [thin, wide] = [[new Style({ stroke: casing })], [new Style({ stroke: casing, zIndex: 0 }), new Style({ stroke: core, zIndex: 1 })]];
  return (_, resolution) => {
    if (resolution > CROWDED * unit) return [];
    const width = Math.min(7, (STREET_M * unit) / resolution);
    casing.setWidth(width < NARROWEST ? 1 : width + 1.5);
    core.setWidth(width);
    return width < NARROWEST ? thin : wide;
  };
}

export function wayNames(unit: number): (feature: FeatureLike, resolution: number) => Style | undefined {
  const text = new Text({
    font: `400 11px ${token("font")}`,
    placement: "line",
    fill: new Fill({ color: token("ink-3") }),
    stroke: new Stroke({ color: "rgba(255, 255, 255, 0.8)", width: 2.5 }),
    maxAngle: 0.5,
  });
  const style = new Style({ text });
  return (feature, resolution) => {
    const name = String(feature.get("text") ?? "");
    if (!name || resolution > NAMED * unit) return undefined;
    text.setText(name);
    return style;
  };
}
