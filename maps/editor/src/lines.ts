// Streets and reference lines near a root (lines/1), in whole centimetres of its plane.

export interface LinesDocument {
  readonly format: "lines/1";
  readonly origin: readonly [number, number];
  readonly sizes: readonly number[]; // vertices of each part
  readonly deltas: readonly number[];
  readonly parts: readonly number[]; // parts of each line
  readonly names: readonly string[];
}

export interface Way {
  readonly name: string;
  readonly xy: Float64Array; // x0, y0, x1, y1 …
}

export interface Lines {
  readonly kind: string; // street or reference
  readonly ways: readonly Way[];
}

export function decodeLines(document: LinesDocument): Way[] {
  if (document.format !== "lines/1") throw new Error(`not lines/1: ${String(document.format)}`);
  const ways: Way[] = [];
  let [x, y] = document.origin;
  let [part, delta] = [0, 0];
  document.names.forEach((name, line) => {
    for (let left = document.parts[line] ?? 0; left > 0; left -= 1, part += 1) {
      const xy = new Float64Array(2 * (document.sizes[part] ?? 0));
      for (let at = 0; at < xy.length; at += 2) {
        xy[at] = x += document.deltas[delta++] ?? NaN;
        xy[at + 1] = y += document.deltas[delta++] ?? NaN;
      }
      ways.push({ name, xy });
    }
  });
  return ways;
}

async function json(address: string): Promise<unknown> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

// Every kind of lines there is, as `line-layers/1` at the address says.
export async function fetchLines(address: string): Promise<Lines[]> {
  if (!address) return [];
  const { layers } = (await json(address)) as { layers: readonly { kind: string; href: string }[] };
  return Promise.all(layers.map(async ({ kind, href }) => ({ kind, ways: decodeLines((await json(href)) as LinesDocument) })));
}
