// A tool: its gesture, and what backs out of it. `cancel` says whether there was anything to give up.

import type { Gesture } from "./canvas";

export interface Tool extends Gesture {
  readonly traces?: boolean; // its lines follow streets and borders while Shift is held
  start?(): void;
  stop?(): void;
  cancel(): boolean;
  key?(event: KeyboardEvent): boolean;
  refresh?(): void; // the sheet is another one
  pointed?(unit: string): void; // a unit was chosen from the keyboard
}
