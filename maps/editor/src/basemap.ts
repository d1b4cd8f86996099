// The base map under the grids: pictures of the office's own server, each laid into the plane by its corners.

import ImageLayer from "ol/layer/Image";
import ImageCanvas from "ol/source/ImageCanvas";
import { Net, tilesFor } from "./net";
import type { NetDocument, Tile } from "./net";

interface BaseMapDocument {
  readonly tiles: string;
  readonly minzoom: number;
  readonly maxzoom: number;
  readonly notices: readonly string[];
  readonly net: NetDocument;
}

const KEPT = 400;
const OVER = 0.6; // pixels that pictures overlap, so that no line shows between them

class Pictures {
  private readonly kept = new Map<string, HTMLImageElement>();

  constructor(
    private readonly address: string,
    private readonly arrived: () => void,
  ) {}

  get({ z, x, y }: Tile): HTMLImageElement | undefined {
    const address = this.address.replace("{z}", String(z)).replace("{x}", String(x)).replace("{y}", String(y));
    let picture = this.kept.get(address);
    if (!picture) {
      picture = new Image();
      picture.addEventListener("load", this.arrived);
      picture.src = address;
      this.kept.set(address, picture);
      const [oldest] = this.kept.keys();
      if (this.kept.size > KEPT && oldest !== undefined) this.kept.delete(oldest);
    }
    return picture.complete && picture.naturalWidth > 0 ? picture : undefined;
  }
}

// `unit` is how many units of the map a centimetre has: 0.01 where the map is in metres.
function layerOf({ tiles, minzoom, maxzoom, net: document }: BaseMapDocument, unit: number): ImageLayer<ImageCanvas> {
  const net = new Net(document);
  const pictures = new Pictures(tiles, () => source.changed());
  const source = new ImageCanvas({
    ratio: 1,
    canvasFunction: (extent, resolution, ratio, size) => {
      const canvas = window.document.createElement("canvas");
      [canvas.width, canvas.height] = [Math.round(size[0] as number), Math.round(size[1] as number)];
      const pen = canvas.getContext("2d");
      const [left, bottom, right, top] = extent.map((at) => at / unit) as [number, number, number, number];
      const cm = resolution / ratio / unit;
      for (const tile of tilesFor(net, [left, bottom, right, top], cm, [minzoom, maxzoom])) {
        const picture = pictures.get(tile);
        if (!picture || !pen) continue;
        const [p, q, r] = tile.corners.map(([x, y]) => [(x - left) / cm, (top - y) / cm]) as [number[], number[], number[]];
        const [wide, high] = [picture.naturalWidth, picture.naturalHeight];
        const by = (a: number[], b: number[], n: number, of: number): number => ((b[n] ?? 0) - (a[n] ?? 0)) / of;
        pen.setTransform(by(p, q, 0, wide), by(p, q, 1, wide), by(p, r, 0, high), by(p, r, 1, high), p[0] ?? 0, p[1] ?? 0);
        pen.drawImage(picture, 0, 0, wide + OVER, high + OVER);
      }
      return canvas;
    },
  });
  return new ImageLayer({ source, zIndex: -1 });
}

// The base map at the address, if there is one, with its switch and what must be said beside it; `shown` hears of the switch.
export async function baseMap(address: string, unit: number, shown: (on: boolean) => void): Promise<ImageLayer<ImageCanvas> | undefined> {
  if (!address) return undefined;
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  const said = (await answer.json()) as BaseMapDocument;
  const layer = layerOf(said, unit);
  const box = document.querySelector<HTMLInputElement>("#base-map");
  const show = (): void => {
    const on = box?.checked ?? true;
    layer.setVisible(on);
    document.querySelector("#base-map-notice")?.toggleAttribute("hidden", !on);
    shown(on);
  };
  box?.addEventListener("change", show);
  show();
  return layer;
}
