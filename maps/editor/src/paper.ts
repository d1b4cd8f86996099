// A map on paper: it has the size that the style sheet gives it there, and shows what it showed on the screen.

import type OlMap from "ol/Map";

// Pixels of `.map` in print.css: 180 mm by 150 mm.
const PAPER: [number, number] = [680, 566];

// Maps that share one view.
export function bindPaper(...maps: OlMap[]): void {
  let back: (() => void) | null = null;
  addEventListener("beforeprint", () => {
    const view = maps[0]?.getView();
    const [center, resolution] = [view?.getCenter(), view?.getResolution()];
    if (back || !view || !center || !resolution) return;
    const extent = view.calculateExtent(maps[0]?.getSize());
    maps.forEach((map) => map.setSize(PAPER));
    view.fit(extent, { size: PAPER });
    maps.forEach((map) => map.renderSync());
    back = () => {
      maps.forEach((map) => map.updateSize());
      view.setCenter(center);
      view.setResolution(resolution);
    };
  });
  addEventListener("afterprint", () => {
    back?.();
    back = null;
  });
}
