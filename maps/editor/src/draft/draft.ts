// One draft as the server keeps it: its sheet, its revision, its history. Steps wait for each other, so that each stands on the one
// before; what is refused changes nothing.

import { Client, Refused } from "./client";
import type { Problem } from "./client";
import type { Correction, Operation } from "./operations";
import { Sheet } from "./sheet";
import { stepped } from "./drawn";
import type { DrawnDocument, StepDocument } from "./drawn";

export interface Watcher {
  changed(): void; // the sheet is another one
  busy(working: boolean): void;
  refused(problem: Problem | null): void; // null: the server was not reached
  stale(): void;
}

const STALE = new Set([412, 428]);

export class Draft {
  filed!: Sheet; // what the draft stands on
  sheet!: Sheet;
  drawn!: DrawnDocument;
  private reason = "";
  private line: Promise<void> = Promise.resolve();
  private waiting = 0;

  constructor(
    readonly client: Client,
    private readonly watcher: Watcher,
  ) {}

  // `borders` is where the map is that the page says the draft stands on.
  async open(reason: string, borders: string): Promise<void> {
    this.reason = reason;
    const [town, drawn] = await Promise.all([this.client.town(borders), this.client.drawn()]);
    this.filed = Sheet.of(drawn.borders === borders ? town : await this.client.town(drawn.borders));
    this.take(drawn);
  }

  private take(drawn: DrawnDocument): void {
    this.drawn = drawn;
    this.sheet = this.filed.with(drawn);
    this.watcher.changed();
  }

  // The draft as it is now, on another base if it was moved there.
  async reload(): Promise<void> {
    const drawn = await this.client.drawn();
    if (drawn.base !== this.drawn.base) this.filed = Sheet.of(await this.client.town(drawn.borders));
    this.take(drawn);
  }

  private async follow(step: StepDocument): Promise<void> {
    const drawn = stepped(this.drawn, step);
    if (drawn) this.take(drawn);
    else await this.reload();
  }

  // Resolves to whether it was done.
  operate(...operations: Operation[]): Promise<boolean> {
    return this.step(async () => {
      for (const operation of operations) {
        await this.follow(await this.client.operate(this.drawn.rev, this.wrapped(operation)));
      }
    });
  }

  private wrapped(operation: Operation): Operation | Correction {
    return this.drawn.is_correction ? { op: "correction", operation, reason: this.reason } : operation;
  }

  async undo(): Promise<boolean> {
    return this.drawn.cursor > 0 && this.step(async () => this.follow(await this.client.undo(this.drawn.rev)));
  }

  async redo(): Promise<boolean> {
    return this.drawn.undone > 0 && this.step(async () => this.follow(await this.client.redo(this.drawn.rev)));
  }

  // Any other write, and the draft as it is after it.
  after(write: (rev: number) => Promise<unknown>): Promise<boolean> {
    return this.step(async () => {
      await write(this.drawn.rev);
      await this.reload();
    });
  }

  private step(work: () => Promise<void>): Promise<boolean> {
    const done = this.line.then(() => this.tried(work));
    this.line = done.then(() => undefined);
    return done;
  }

  private async tried(work: () => Promise<void>): Promise<boolean> {
    this.waiting += 1;
    this.watcher.busy(true);
    try {
      await work();
      return true;
    } catch (error) {
      await this.failed(error);
      return false;
    } finally {
      this.waiting -= 1;
      this.watcher.busy(this.waiting > 0);
    }
  }

  private async failed(error: unknown): Promise<void> {
    if (!(error instanceof Refused)) return this.watcher.refused(null);
    if (!STALE.has(error.problem.status)) return this.watcher.refused(error.problem);
    await this.reload();
    this.watcher.stale();
  }

  get quiet(): boolean {
    return this.waiting === 0;
  }
}
