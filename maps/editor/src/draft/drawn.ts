// What a draft made of the map it stands on, as the server says it: all of it, or what the newest revision differs in.

import type { Steps } from "./leaves";

export type Level = 1 | 2 | 3;

export interface Unit {
  readonly key: string;
  readonly code: string | null;
  readonly name: string; // with that of its village in front
  readonly own: string;
  readonly label: string;
  readonly level: Level;
  readonly kind: "ordinary" | "dedicated" | "residual";
  readonly parent: string | null;
}

export interface DrawnDocument {
  readonly base: string;
  readonly borders: string; // where the map it stands on is
  readonly rev: number;
  readonly state: string;
  readonly cursor: number;
  readonly undone: number;
  readonly is_correction: boolean;
  readonly units: readonly Unit[];
  readonly leaves: Steps;
  readonly gone: readonly string[];
  readonly codes: Readonly<Record<string, { readonly code: string; readonly name: string }>>;
  readonly stopped: number | null;
}

export interface StepDocument extends Omit<DrawnDocument, "codes"> {
  readonly from: number; // the revision it differs from
  readonly codes: DrawnDocument["codes"] | null; // null: as they were
}

// The draft after a step; undefined where the step is from another revision than the one that is known.
export function stepped(drawn: DrawnDocument, step: StepDocument): DrawnDocument | undefined {
  if (step.from !== drawn.rev || step.base !== drawn.base) return undefined;
  const codes = step.codes ?? drawn.codes;
  if (step.cursor === 0) return { ...step, units: [], leaves: {}, gone: [], codes }; // nothing is drawn any more
  const fresh = new Set([...step.gone, ...step.units.map(({ key }) => key)]);
  const kept = Object.entries(drawn.leaves).filter(([key]) => !fresh.has(key));
  return {
    ...step,
    units: [...drawn.units.filter(({ key }) => !fresh.has(key)), ...step.units],
    leaves: { ...Object.fromEntries(kept), ...step.leaves },
    gone: [...drawn.gone.filter((key) => !fresh.has(key)), ...step.gone],
    codes,
  };
}
