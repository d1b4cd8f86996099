// A root as shared borders (borders/1): every border once, every unit of every level as lists of borders.
// Numbers are integer centimetres of the root's plane, so neighbours meet exactly; nothing is rounded here.

export interface BordersDocument {
  readonly format: "borders/1";
  readonly root: string;
  readonly version: string;
  readonly plane: string;
  readonly origin: readonly [number, number];
  readonly sizes: readonly number[];
  readonly deltas: readonly number[];
  readonly ahead: readonly number[];
  readonly back: readonly number[];
  readonly units: readonly Unit[];
}

export interface Unit {
  readonly key: string;
  readonly code: string | null;
  readonly name: string;
  readonly full: string;
  readonly label: string;
  readonly level: number;
  readonly kind: "ordinary" | "dedicated" | "residual";
  readonly parent: number | null; // a place in units
  readonly rings: readonly (readonly number[])[]; // k + 1: border k as it runs; -(k + 1): border k backwards
}

export interface Town {
  readonly root: string;
  readonly version: string;
  readonly plane: string;
  readonly x: Float64Array; // of the vertices of all borders, in centimetres
  readonly y: Float64Array;
  readonly start: Uint32Array; // where each border begins in x and y, and the end
  readonly ahead: Uint8Array; // the kind of a vertex in a ring that runs along its border, and in one that runs against it
  readonly back: Uint8Array;
  readonly units: readonly Unit[];
}

export interface Ring {
  readonly xy: Float64Array; // x0, y0, x1, y1 … open, from the smallest vertex, the inside on the left
  readonly kinds: Uint8Array; // 0 drawn, others as docs/formats.md has them
}

export function decode(document: BordersDocument): Town {
  if (document.format !== "borders/1") throw new Error(`not borders/1: ${String(document.format)}`);
  const count = document.deltas.length / 2;
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  let [atX, atY] = document.origin;
  for (let vertex = 0; vertex < count; vertex += 1) {
    x[vertex] = atX += document.deltas[2 * vertex] ?? NaN;
    y[vertex] = atY += document.deltas[2 * vertex + 1] ?? NaN;
  }
  const start = new Uint32Array(document.sizes.length + 1);
  document.sizes.forEach((size, border) => (start[border + 1] = (start[border] ?? 0) + size));
  const { root, version, plane, units } = document;
  return { root, version, plane, x, y, start, ahead: spread(document.ahead, count), back: spread(document.back, count), units };
}

function spread(pairs: readonly number[], count: number): Uint8Array {
  const kinds = new Uint8Array(count);
  for (let pair = 0, vertex = 0; pair < pairs.length; pair += 2) {
    vertex += pairs[pair] ?? NaN;
    kinds[vertex] = pairs[pair + 1] ?? 0;
  }
  return kinds;
}

// Borders one after the other; the last vertex of each is left out, since the next one begins with it.
export function ringOf(town: Town, borders: readonly number[]): Ring {
  const vertices: number[] = [];
  const kinds: number[] = [];
  let least = 0;
  for (const reference of borders) {
    const border = Math.abs(reference) - 1;
    const [first, last] = [town.start[border] ?? 0, (town.start[border + 1] ?? 0) - 1];
    const step = Math.sign(reference);
    const kind = step > 0 ? town.ahead : town.back;
    for (let vertex = step > 0 ? first : last; vertex !== (step > 0 ? last : first); vertex += step) {
      if (isBefore(town, vertex, vertices[least] ?? vertex)) least = vertices.length;
      vertices.push(vertex);
      kinds.push(kind[vertex] ?? 0);
    }
  }
  const ring = { xy: new Float64Array(2 * vertices.length), kinds: new Uint8Array(vertices.length) };
  vertices.forEach((_, place) => {
    const from = (place + least) % vertices.length;
    const vertex = vertices[from] ?? 0;
    ring.xy[2 * place] = town.x[vertex] ?? NaN;
    ring.xy[2 * place + 1] = town.y[vertex] ?? NaN;
    ring.kinds[place] = kinds[from] ?? 0;
  });
  return ring;
}

function isBefore(town: Town, one: number, other: number): boolean {
  const across = (town.x[one] ?? NaN) - (town.x[other] ?? NaN);
  return across < 0 || (across === 0 && (town.y[one] ?? NaN) < (town.y[other] ?? NaN));
}
