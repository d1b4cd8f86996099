// One state of a root on a map of its own: its grids by level, its streets, and the unit that is chosen. Two of them may share a view.

import OlMap from "ol/Map";
import type View from "ol/View";
import type Feature from "ol/Feature";
import type { Geometry } from "ol/geom";
import VectorSource from "ol/source/Vector";
import type { Extent } from "ol/extent";
import { countLooks, filingLayers } from "./filing";
import type { Looks } from "./filing";
import { layersOf, selectionLayer } from "./style";
import { featuresOf, fetchTown } from "./town";
import type { Town } from "./borders";

const LAND_OVER = 0.35; // how much of the ground's colour stays over a base map
export type Unit = Feature<Geometry>;

export class State {
  readonly map: OlMap;
  private readonly town: Promise<Town>;
  private readonly sources = new Map<number, VectorSource<Unit>>();
  private readonly selection = new VectorSource<Unit>();
  private level = 3;
  private looks: Looks = new Map();

  constructor(target: HTMLElement, view: View, version: string) {
    this.town = fetchTown(version);
    this.map = new OlMap({ target, view, controls: [], layers: [selectionLayer(this.selection)] });
  }

  private async load(level: number): Promise<void> {
    if (this.sources.has(level)) return;
    const source = new VectorSource<Unit>();
    this.sources.set(level, source);
    source.addFeatures(featuresOf(await this.town, level));
    layersOf(level, source).forEach((layer) => this.map.addLayer(layer));
    this.file(level, source);
  }

  private file(level: number, source: VectorSource<Unit>): void {
    if (this.looks.size) filingLayers(level, source.getFeatures(), this.looks).forEach((layer) => this.map.addLayer(layer));
  }

  // Draws what is under way on the grids it is about, and counts it.
  underWay(looks: Looks): void {
    this.looks = looks;
    this.sources.forEach((source, level) => this.file(level, source));
    this.count();
  }

  // The counts of the legend are those of this state.
  count(): void {
    const shown = [...this.sources].filter(([level]) => level <= this.level).flatMap(([, source]) => source.getFeatures());
    countLooks(shown.filter((unit) => unit.get("kind") !== "residual"), this.looks);
  }

  async show(level: number): Promise<void> {
    this.level = level;
    await Promise.all(Array.from({ length: level }, (_, index) => this.load(index + 1)));
    this.map.getLayers().forEach((layer) => {
      const own = Number(layer.get("level") ?? 0);
      if (own) layer.setVisible(own <= level);
    });
  }

  // Land lets what lies below it through, or not.
  overlay(on: boolean): void {
    this.map.getLayers().forEach((layer) => {
      if (layer.get("land")) layer.setOpacity(on ? LAND_OVER : 1);
    });
  }

  get extent(): Extent {
    return this.sources.get(1)?.getExtent() ?? [0, 0, 1, 1];
  }

  find(code: string): Unit | undefined {
    for (const source of this.sources.values()) {
      const found = source.getFeatures().find((unit) => unit.get("code") === code);
      if (found) return found;
    }
    return undefined;
  }

  unitAt(coordinate: number[]): Unit | undefined {
    for (let level = this.level; level > 0; level -= 1) {
      const found = this.sources.get(level)?.getFeaturesAtCoordinate(coordinate).find((unit) => unit.get("kind") !== "residual");
      if (found) return found;
    }
    return undefined;
  }

  // Marks a unit if this state has it; returns it.
  choose(code: string | null): Unit | undefined {
    this.selection.clear();
    const unit = code === null ? undefined : this.find(code);
    if (unit) this.selection.addFeature(unit);
    return unit;
  }
}
