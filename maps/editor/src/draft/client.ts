// The calls the editor makes. `PATHS` is checked against the description of the API by a test; each write names the revision it
// stands on and, once, the request itself.

import { decode } from "../borders";
import type { BordersDocument, Town } from "../borders";
import type { DrawnDocument, StepDocument } from "./drawn";
import type { Correction, Json, Operation } from "./operations";

export const PATHS = {
  drawn: "GET /api/changes/{number}/drawn",
  operate: "POST /api/changes/{number}/operations",
  undo: "POST /api/changes/{number}/undo",
  redo: "POST /api/changes/{number}/redo",
  edit: "PATCH /api/changes/{number}",
  accept: "POST /api/changes/{number}/accept",
  document: "POST /api/changes/{number}/documents",
  removeDocument: "DELETE /api/changes/{number}/documents/{document_id}",
  submit: "POST /api/changes/{number}/submit",
  rebase: "POST /api/changes/{number}/rebase",
} as const;
export const STEPS = {
  return: "POST /api/changes/{number}/return",
  file: "POST /api/changes/{number}/file",
  publish: "POST /api/changes/{number}/publish",
  withdraw: "POST /api/changes/{number}/withdraw",
  void: "POST /api/changes/{number}/void",
} as const;
type Call = keyof typeof PATHS;
const STEPPING: ReadonlySet<Call> = new Set(["operate", "undo", "redo"]);

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

export class Client {
  constructor(private readonly number: string) {}

  drawn = (): Promise<DrawnDocument> => this.ask("drawn") as Promise<DrawnDocument>;
  operate = (rev: number, operation: Operation | Correction): Promise<StepDocument> => this.ask("operate", rev, JSON.stringify(operation)) as Promise<StepDocument>;
  undo = (rev: number): Promise<StepDocument> => this.ask("undo", rev) as Promise<StepDocument>;
  redo = (rev: number): Promise<StepDocument> => this.ask("redo", rev) as Promise<StepDocument>;
  edit = (rev: number, fields: Json): Promise<unknown> => this.ask("edit", rev, JSON.stringify(fields));
  accept = (rev: number, fields: Json): Promise<unknown> => this.ask("accept", rev, JSON.stringify(fields));
  document = (rev: number, form: FormData): Promise<unknown> => this.ask("document", rev, form);
  removeDocument = (rev: number, id: string): Promise<unknown> => this.ask("removeDocument", rev, undefined, id);
  submit = (rev: number): Promise<unknown> => this.ask("submit", rev);
  rebase = (rev: number, choices: Json, accept: boolean): Promise<unknown> => this.ask("rebase", rev, JSON.stringify({ choices, accept }));

  // The map a draft stands on: the same bytes for ever, so the browser keeps them.
  async town(address: string): Promise<Town> {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Refused(problemOf(answer.status, {}));
    return decode((await answer.json()) as BordersDocument);
  }

  private async ask(call: Call, rev?: number, body?: string | FormData, id = ""): Promise<unknown> {
    const [method, path] = PATHS[call].split(" ") as [string, string];
    const headers: Record<string, string> = { Accept: "application/json" };
    if (rev !== undefined) headers["If-Match"] = `"${rev}"`;
    if (method === "POST") headers["Idempotency-Key"] = name();
    if (STEPPING.has(call)) headers["Prefer"] = "return=minimal"; // step/1, not the whole change
    if (typeof body === "string") headers["Content-Type"] = "application/json";
    const address = path.replace("{number}", this.number).replace("{document_id}", encodeURIComponent(id));
    const answer = await fetch(address, { method, headers, body });
    const said = (await answer.json()) as Json;
    if (!answer.ok) throw new Refused(problemOf(answer.status, said));
    return said;
  }
}

// crypto.randomUUID is not there on plain http of another host.
function name(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
}

function problemOf(status: number, said: Json): Problem {
  const values = typeof said["values"] === "object" && said["values"] !== null ? (said["values"] as Json) : {};
  return { status, code: String(said["code"] ?? ""), detail: String(said["detail"] ?? ""), values };
}
