// The lines of the states of a change: colour, dashes and their ends, from the style sheet, which has them from maps/style.py.

const root = getComputedStyle(document.documentElement);
const token = (name: string): string => root.getPropertyValue(`--${name}`).trim();
const lengths = (name: string): number[] => token(name).split(" ").filter(Boolean).map(Number);

export interface Dashes {
  readonly color: string;
  readonly dash: readonly number[]; // pixels; none for a line without gaps
  readonly cap: CanvasLineCap;
}

export const DASHES = {
  draft: { color: token("draft"), dash: lengths("dash-draft"), cap: "butt" },
  submitted: { color: token("submitted"), dash: lengths("dash-submitted"), cap: "round" },
  filed: { color: token("filed"), dash: [], cap: "butt" },
  inforce: { color: token("inforce"), dash: [], cap: "butt" },
  gone: { color: token("ink-3"), dash: [], cap: "butt" },
} as const satisfies Record<string, Dashes>;

export type Look = keyof typeof DASHES;
