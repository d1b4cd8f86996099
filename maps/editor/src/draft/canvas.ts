// The one module that knows the map library: layers, view, pointer. It is told what to draw in centimetres of the plane.

import OlMap from "ol/Map";
import View from "ol/View";
import Feature from "ol/Feature";
import type MapBrowserEvent from "ol/MapBrowserEvent";
import { isEmpty } from "ol/extent";
import type { Extent } from "ol/extent";
import LineString from "ol/geom/LineString";
import MultiPolygon from "ol/geom/MultiPolygon";
import OlPoint from "ol/geom/Point";
import type { Geometry } from "ol/geom";
import { defaults as defaultInteractions } from "ol/interaction/defaults";
import Interaction from "ol/interaction/Interaction";
import VectorLayer from "ol/layer/Vector";
import VectorImageLayer from "ol/layer/VectorImage";
import Projection from "ol/proj/Projection";
import VectorSource from "ol/source/Vector";
import type { StyleLike } from "ol/style/Style";
import { baseMap } from "../basemap";
import { bindPaper } from "../paper";
import { drawScale } from "../scale";
import * as looks from "./looks";
import type { Layer } from "./looks";
import type { Point } from "./plane";

export interface Pointer {
  readonly at: Point; // centimetres, whole
  readonly alt: boolean;
  readonly shift: boolean;
}

// What a gesture may do with the pointer; `down` says whether it takes the drag for itself.
export interface Gesture {
  hover?(pointer: Pointer): void;
  down?(pointer: Pointer): boolean;
  drag?(pointer: Pointer): void;
  up?(pointer: Pointer): void;
  click?(pointer: Pointer): void;
}

type Shape = Feature<Geometry>;

interface Look {
  readonly look?: string | number;
  readonly text?: string;
  readonly room?: number;
}
export interface DrawnLine extends Look {
  readonly points: readonly Point[];
}
export interface DrawnArea extends Look {
  readonly polygons: readonly (readonly (readonly Point[])[])[];
}
export interface DrawnMark extends Look {
  readonly at: Point;
}
export type Drawn = DrawnLine | DrawnArea | DrawnMark;

const geometryOf = (item: Drawn): Geometry => {
  if ("points" in item) return new LineString(item.points.map((p) => [...p]));
  return "at" in item ? new OlPoint([...item.at]) : new MultiPolygon(item.polygons.map((rings) => rings.map((ring) => ring.map((p) => [...p]))));
};

function shapeOf(item: Drawn): Shape {
  const feature: Shape = new Feature<Geometry>(geometryOf(item));
  feature.setProperties({ look: item.look ?? "", text: item.text ?? "", room: item.room ?? 0 }, true);
  return feature;
}

export class Canvas {
  private readonly view: View;
  private readonly map: OlMap;
  private readonly sources = new Map<Layer, VectorSource<Shape>>();
  private readonly layers = new Map<Layer, VectorLayer<VectorSource<Shape>> | VectorImageLayer<VectorSource<Shape>>>();
  private held = false;
  gesture: Gesture = {};
  onView: () => void = () => undefined;

  constructor(
    readonly element: HTMLElement,
    plane: string,
  ) {
    const projection = new Projection({ code: plane, units: "m" });
    this.view = new View({ projection, center: [0, 0], resolution: 1000, minResolution: 1, maxResolution: 200_000, enableRotation: false });
    const interactions = defaultInteractions({ doubleClickZoom: false, altShiftDragRotate: false, pinchRotate: false });
    interactions.insertAt(interactions.getLength(), new Interaction({ handleEvent: (event) => this.handle(event) }));
    this.map = new OlMap({ target: element, view: this.view, controls: [], layers: [], interactions });
    looks.LAYERS.forEach((name, index) => {
      const source = new VectorSource<Shape>();
      const style = looks.STYLES[name] as StyleLike;
      const words = name === "labels" || name === "waynames";
      const layer =
        name === "still" || name === "ways" // drawn once into an image, so that a drag moves only what is hot
          ? new VectorImageLayer({ source, style, zIndex: index, imageRatio: 1.4 })
          : new VectorLayer({ source, style, zIndex: index, declutter: words, updateWhileInteracting: !words });
      this.sources.set(name, source);
      this.layers.set(name, layer);
      this.map.addLayer(layer);
    });
    bindPaper(this.map);
    this.map.on("postrender", () => this.onView());
    this.map.on("moveend", () => drawScale((this.view.getResolution() ?? 100) / 100));
  }

  private handle(event: MapBrowserEvent): boolean {
    const source = event.originalEvent as PointerEvent | MouseEvent | KeyboardEvent;
    const [x, y] = event.coordinate ?? [0, 0];
    const pointer = { at: [Math.round(Number(x)), Math.round(Number(y))] as const, alt: source.altKey, shift: source.shiftKey };
    const gesture = this.gesture;
    switch (event.type) {
      case "pointermove":
        gesture.hover?.(pointer);
        return true;
      case "pointerdown":
        if ((source as PointerEvent).button !== 0) return true;
        this.held = gesture.down?.(pointer) ?? false;
        return !this.held;
      case "pointerdrag":
        if (this.held) gesture.drag?.(pointer);
        return !this.held;
      case "pointerup":
        if (!this.held) return true;
        this.held = false;
        gesture.up?.(pointer);
        return false;
      case "click":
        gesture.click?.(pointer);
        return true;
      default:
        return true;
    }
  }

  // A gesture that was begun outside the map library (on a handle) goes on here.
  release(): void {
    this.held = false;
  }

  // Once, in the frame in which all that was given is on the map.
  drawn(act: () => void): void {
    this.map.once("postrender", act);
    this.map.render();
  }

  get resolution(): number {
    return this.view.getResolution() ?? 100;
  }

  pixel(at: Point): [number, number] | undefined {
    const found = this.map.getPixelFromCoordinate([...at]);
    return found ? [Number(found[0]), Number(found[1])] : undefined;
  }

  place(clientX: number, clientY: number): Point {
    const box = this.element.getBoundingClientRect();
    const found = this.map.getCoordinateFromPixel([clientX - box.left, clientY - box.top]) ?? [0, 0];
    return [Math.round(Number(found[0])), Math.round(Number(found[1]))];
  }

  // Shapes under a name, which take the place of those that had it: most of a town stays as it is.
  group(name: Layer, groups: ReadonlyMap<string, readonly Drawn[]>): void {
    const source = this.sources.get(name);
    const kept = this.groups.get(name) ?? new Map<string, Shape[]>();
    this.groups.set(name, kept);
    const fresh: Shape[] = [];
    for (const [key, items] of groups) {
      for (const old of kept.get(key) ?? []) source?.removeFeature(old);
      const made = items.map((item) => shapeOf(item));
      kept.set(key, made);
      fresh.push(...made);
    }
    source?.addFeatures(fresh);
  }
  private readonly groups = new Map<Layer, Map<string, Shape[]>>();

  // Lays the base map at an address under everything; the land is drawn over it only where it is switched off.
  async underlay(address: string): Promise<void> {
    const layer = await baseMap(address, 1, (on) => this.show("ground", !on));
    if (layer) this.map.addLayer(layer);
  }

  clear(...names: Layer[]): void {
    for (const name of names) {
      this.sources.get(name)?.clear(true);
      this.groups.delete(name);
    }
  }

  show(name: Layer, visible: boolean): void {
    this.layers.get(name)?.setVisible(visible);
  }

  draw(name: Layer, items: Iterable<Drawn>): void {
    this.sources.get(name)?.addFeatures(Array.from(items, shapeOf));
  }

  lines(name: Layer, lines: Iterable<DrawnLine>): void {
    this.draw(name, lines);
  }

  areas(name: Layer, areas: Iterable<DrawnArea>): void {
    this.draw(name, areas);
  }

  marks(name: Layer, marks: Iterable<DrawnMark>): void {
    this.draw(name, marks);
  }

  // A place inside the largest part of an area, and how wide the area is there.
  inside(polygons: readonly (readonly (readonly Point[])[])[]): { at: Point; room: number } | undefined {
    if (!polygons.length) return undefined;
    const parts = new MultiPolygon(polygons.map((rings) => rings.map((ring) => ring.map((p) => [...p])))).getPolygons();
    const best = parts.reduce((one, other) => (other.getArea() > one.getArea() ? other : one));
    const [x, y, room] = best.getInteriorPoint().getCoordinates();
    return { at: [Number(x), Number(y)], room: Number(room) };
  }

  fit(points: Iterable<Point>, beside = 60): void {
    let extent: Extent = [Infinity, Infinity, -Infinity, -Infinity];
    for (const [x, y] of points) extent = [Math.min(extent[0] as number, x), Math.min(extent[1] as number, y), Math.max(extent[2] as number, x), Math.max(extent[3] as number, y)];
    if (isEmpty(extent) && extent[0] === Infinity) return;
    this.view.fit(extent, { padding: [beside, beside, beside, beside], minResolution: 20 });
  }

  zoom(factor: number): void {
    this.view.setResolution(this.resolution * factor);
  }

  focus(at: Point, resolution = 40): void {
    this.view.setCenter([...at]);
    if (this.resolution > resolution) this.view.setResolution(resolution);
  }

  get centre(): Point {
    const [x, y] = this.view.getCenter() ?? [0, 0];
    return [Math.round(Number(x)), Math.round(Number(y))];
  }

  whole(): void {
    const extent = this.sources.get("ground")?.getExtent();
    if (extent && !isEmpty(extent)) this.view.fit(extent, { padding: [56, 24, 48, 24] });
  }
}
