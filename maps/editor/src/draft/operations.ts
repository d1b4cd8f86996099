// What a planner did, as the server takes it: names of vertices and segments, never coordinates to be matched again.

import type { Point } from "./plane";

export type Json = Record<string, unknown>;
export type Place = Point | { readonly vertex: Point } | { readonly on: readonly [Point, Point]; readonly at: Point };
export interface NewPart {
  readonly at: Point;
  readonly code: string;
  readonly name: string;
}
export interface NewCode {
  readonly unit: string;
  readonly code: string;
}

export type Operation =
  | { readonly op: "move_vertex"; readonly vertex: { readonly vertex: Point }; readonly to: Point }
  | { readonly op: "insert_vertex"; readonly on: Place; readonly to: Point | null }
  | { readonly op: "delete_vertex"; readonly vertex: { readonly vertex: Point } }
  | { readonly op: "reshape_border"; readonly border: { readonly border: readonly [Point, Point] }; readonly line: readonly Place[] }
  | { readonly op: "move_border"; readonly border: { readonly border: readonly [Point, Point] }; readonly dx: number; readonly dy: number }
  | { readonly op: "split"; readonly unit: string; readonly line: readonly Place[]; readonly parts: readonly NewPart[]; readonly cut: readonly (NewCode & { readonly name: string })[] }
  | { readonly op: "merge"; readonly units: readonly string[]; readonly survivor: string; readonly reparent: boolean; readonly codes: readonly NewCode[] }
  | { readonly op: "transfer"; readonly givers: readonly string[]; readonly receiver: string; readonly area: readonly Place[]; readonly units: readonly string[]; readonly into: readonly string[]; readonly codes: readonly NewCode[] }
  | { readonly op: "carve"; readonly givers: readonly string[]; readonly area: readonly Place[]; readonly level: number; readonly code: string; readonly name: string; readonly kind: string }
  | { readonly op: "divide"; readonly unit: string; readonly lines: readonly (readonly Place[])[]; readonly parts: readonly NewPart[] }
  | { readonly op: "undivide"; readonly unit: string }
  | { readonly op: "renumber"; readonly unit: string; readonly code: string }
  | { readonly op: "rename"; readonly unit: string; readonly name: string }
  | { readonly op: "change_kind"; readonly unit: string; readonly kind: string }
  | { readonly op: "reparent"; readonly unit: string; readonly parent: string; readonly codes: readonly NewCode[] };

export interface Correction {
  readonly op: "correction";
  readonly operation: Operation;
  readonly reason: string;
}

export const moveVertex = (vertex: Point, to: Point): Operation => ({ op: "move_vertex", vertex: { vertex }, to });
export const insertVertex = (on: readonly [Point, Point], at: Point, to: Point | null): Operation => ({ op: "insert_vertex", on: { on, at }, to });
export const deleteVertex = (vertex: Point): Operation => ({ op: "delete_vertex", vertex: { vertex } });
export const reshapeBorder = (border: readonly [Point, Point], line: readonly Place[]): Operation => ({ op: "reshape_border", border: { border }, line });
export const moveBorder = (border: readonly [Point, Point], dx: number, dy: number): Operation => ({ op: "move_border", border: { border }, dx, dy });

export function at(place: Place): Point {
  if ("vertex" in place) return place.vertex;
  return "on" in place ? place.at : place;
}

// A point a little to the left (or right) of the middle of the longest stretch of a line: inside the part on that side.
export function beside(line: readonly Point[], side: "left" | "right", off: number): Point {
  let best: readonly [Point, Point] = [line[0] as Point, line[1] as Point];
  const length = ([a, b]: readonly [Point, Point]): number => Math.hypot(b[0] - a[0], b[1] - a[1]);
  for (let n = 1; n < line.length; n += 1) {
    const next = [line[n - 1] as Point, line[n] as Point] as const;
    if (length(next) > length(best)) best = next;
  }
  const [a, b] = best;
  const far = (side === "left" ? off : -off) / (length(best) || 1);
  return [Math.round((a[0] + b[0]) / 2 - (b[1] - a[1]) * far), Math.round((a[1] + b[1]) / 2 + (b[0] - a[0]) * far)];
}
