// Where places of the web scheme (the world from 0 to 1, y downwards) lie in the root's plane: straight between the nodes of a
// net that the server made. No projection is worked out here.

export interface NetDocument {
  readonly box: readonly [number, number, number, number]; // left, top, right, bottom
  readonly nodes: number; // a side
  readonly xy: readonly number[]; // centimetres of the plane, row by row
}

export type Pair = readonly [number, number];

export class Net {
  constructor(private readonly net: NetDocument) {}

  private node(column: number, row: number): Pair {
    const at = 2 * (row * this.net.nodes + column);
    return [this.net.xy[at] ?? NaN, this.net.xy[at + 1] ?? NaN];
  }

  // Centimetres of the plane; beyond the net as in its outermost cells.
  toPlane([x, y]: Pair): Pair {
    const { box, nodes } = this.net;
    const [along, down] = [((x - box[0]) / (box[2] - box[0])) * (nodes - 1), ((y - box[1]) / (box[3] - box[1])) * (nodes - 1)];
    const [column, row] = [cell(along, nodes), cell(down, nodes)];
    const [u, v] = [along - column, down - row];
    const [p, q, r, s] = [this.node(column, row), this.node(column + 1, row), this.node(column, row + 1), this.node(column + 1, row + 1)];
    const mixed = (n: 0 | 1): number => (1 - v) * ((1 - u) * p[n] + u * q[n]) + v * ((1 - u) * r[n] + u * s[n]);
    return [mixed(0), mixed(1)];
  }

  // The other way, by Newton's steps.
  toWeb([x, y]: Pair): Pair {
    const { box } = this.net;
    const step = (box[2] - box[0]) / 1000;
    let [a, b] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    for (let round = 0; round < 6; round += 1) {
      const here = this.toPlane([a, b]);
      const [right, below] = [this.toPlane([a + step, b]), this.toPlane([a, b + step])];
      const [xa, ya, xb, yb] = [right[0] - here[0], right[1] - here[1], below[0] - here[0], below[1] - here[1]];
      const whole = xa * yb - ya * xb;
      const [dx, dy] = [x - here[0], y - here[1]];
      a += (step * (dx * yb - dy * xb)) / whole;
      b += (step * (dy * xa - dx * ya)) / whole;
    }
    return [a, b];
  }

  // Centimetres of the plane that the whole world would be wide here.
  get world(): number {
    const { box } = this.net;
    const [left, right] = [this.toPlane([box[0], box[1]]), this.toPlane([box[2], box[1]])];
    return Math.hypot(right[0] - left[0], right[1] - left[1]) / (box[2] - box[0]);
  }
}

const cell = (at: number, nodes: number): number => Math.max(0, Math.min(nodes - 2, Math.floor(at)));

export interface Tile {
  readonly z: number;
  readonly x: number;
  readonly y: number;
  readonly corners: readonly [Pair, Pair, Pair]; // in the plane: north-west, north-east, south-west
}

const MOST = 160;

// The tiles that cover a box of the plane (centimetres), at the zoom that fits `cm` a pixel best.
export function tilesFor(net: Net, box: readonly [number, number, number, number], cm: number, zooms: readonly [number, number]): Tile[] {
  const places = [net.toWeb([box[0], box[1]]), net.toWeb([box[2], box[1]]), net.toWeb([box[0], box[3]]), net.toWeb([box[2], box[3]])];
  const range = (n: 0 | 1): Pair => [Math.min(...places.map((p) => p[n])), Math.max(...places.map((p) => p[n]))];
  const [across, down] = [range(0), range(1)];
  const best = Math.max(zooms[0], Math.min(zooms[1], Math.round(Math.log2(net.world / (256 * cm)))));
  const last = 2 ** best - 1;
  const span = (pair: Pair): Pair => [Math.max(0, Math.floor(pair[0] * 2 ** best)), Math.min(last, Math.floor(pair[1] * 2 ** best))];
  const [[left, right], [top, bottom]] = [span(across), span(down)];
  if ((right - left + 1) * (bottom - top + 1) > MOST) return [];
  const found: Tile[] = [];
  for (let y = top; y <= bottom; y += 1) {
    for (let x = left; x <= right; x += 1) {
      const at = (dx: number, dy: number): Pair => net.toPlane([(x + dx) / 2 ** best, (y + dy) / 2 ** best]);
      found.push({ z: best, x, y, corners: [at(0, 0), at(1, 0), at(0, 1)] });
    }
  }
  return found;
}
