// Whole numbers by whole numbers (below 2 ** 53): a map that holds a million of them without a million objects.

export class Table {
  private keys: Float64Array;
  private values: Int32Array;
  private count = 0;

  constructor(size = 1024) {
    this.keys = new Float64Array(size).fill(-1);
    this.values = new Int32Array(size);
  }

  get size(): number {
    return this.count;
  }

  // The value, -1 where there is none.
  get(key: number): number {
    const at = this.place(key);
    return this.keys[at] === key ? (this.values[at] as number) : -1;
  }

  set(key: number, value: number): void {
    let at = this.place(key);
    if (this.keys[at] !== key) {
      this.count += 1;
      if (2 * this.count > this.keys.length) {
        this.grow();
        at = this.place(key);
      }
    }
    this.keys[at] = key;
    this.values[at] = value;
  }

  private place(key: number): number {
    const last = this.keys.length - 1;
    let mixed = (key >>> 0) ^ Math.imul((key / 4294967296) >>> 0, 0x9e3779b1);
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b); // as MurmurHash3 ends: coordinates are full of patterns
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    let at = (mixed ^ (mixed >>> 16)) & last;
    while (this.keys[at] !== -1 && this.keys[at] !== key) at = (at + 1) & last;
    return at;
  }

  private grow(): void {
    const { keys, values } = this;
    this.keys = new Float64Array(2 * keys.length).fill(-1);
    this.values = new Int32Array(2 * keys.length);
    keys.forEach((key, n) => {
      if (key === -1) return;
      const at = this.place(key);
      this.keys[at] = key;
      this.values[at] = values[n] as number;
    });
  }
}
