// What stands beside the map: a piece of page the server writes. Its buttons and forms make the calls; what is written is kept at once.

import type { Draft } from "./draft";
import type { Json } from "./operations";
import type { Point } from "./plane";

export interface PanelHost {
  jump(at: Point | null, unit: string): void;
  submitted(): void;
}

export class Panel {
  private readonly box = document.querySelector<HTMLElement>("#panel") as HTMLElement;
  private asked = new AbortController(); // whose answer is awaited

  constructor(
    private readonly number: string,
    private readonly draft: Draft,
    private readonly host: PanelHost,
  ) {
    this.box.addEventListener("click", (event) => this.click(event));
    this.box.addEventListener("change", (event) => this.changed(event));
    this.box.addEventListener("submit", (event) => this.sent(event));
  }

  // Says at once that the numbers are being counted; whoever asks again is not interested in what was asked before.
  counting(): void {
    this.asked.abort();
    this.box.setAttribute("aria-busy", String(!this.counted));
  }

  // Whether the numbers are those of the map: so it is as they come with the page.
  private get counted(): boolean {
    return this.box.querySelector<HTMLElement>("[data-rev]")?.dataset["rev"] === String(this.draft.drawn.rev);
  }

  async refresh(): Promise<void> {
    this.counting();
    if (this.counted) return;
    const asked = (this.asked = new AbortController());
    try {
      const answer = await fetch(`/drafts/${this.number}/panel`, { headers: { Accept: "text/html" }, signal: asked.signal });
      const text = await answer.text();
      if (answer.ok && !asked.signal.aborted) this.show(text);
    } catch (error) {
      if (!asked.signal.aborted) throw error;
    }
  }

  private show(text: string): void {
    const open = [...this.box.querySelectorAll<HTMLDetailsElement>("details[open]")].map(({ id }) => id);
    const focused = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>("#panel [name]")?.getAttribute("name");
    const typed = [...this.box.querySelectorAll<HTMLFormElement>("form[data-call]")].filter(unsent);
    this.box.innerHTML = text; // from our own server, escaped there; the policy of the page runs no script in it
    for (const form of typed) this.box.querySelector(`form[data-call="${form.dataset["call"] ?? ""}"]`)?.replaceWith(form);
    for (const id of open) this.box.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
    if (focused) this.box.querySelector<HTMLElement>(`details[open] [name="${CSS.escape(focused)}"]`)?.focus();
    this.box.setAttribute("aria-busy", String(!this.counted));
  }

  private click(event: Event): void {
    const button = (event.target as HTMLElement).closest<HTMLElement>("button");
    if (!button) return;
    const { dataset } = button;
    const { client } = this.draft;
    if ("undo" in dataset) void this.draft.undo();
    else if ("redo" in dataset) void this.draft.redo();
    else if (dataset["at"] !== undefined) this.host.jump(point(dataset["at"]), dataset["of"] ?? "");
    else if (dataset["open"]) this.open(dataset["open"], dataset["needs"] ?? "");
    else if (dataset["accept"]) this.accept(dataset["accept"]);
    else if (dataset["removePaper"]) void this.draft.after((rev) => client.removeDocument(rev, dataset["removePaper"] as string));
    else if ("rebase" in dataset) void this.ahead([]);
    else if (dataset["drop"]) void this.ahead([...this.dropped(), dataset["drop"]]);
    else if ("rebaseDo" in dataset) void this.rebase();
    else if ("submitChange" in dataset) void this.draft.after((rev) => client.submit(rev)).then((done) => done && this.host.submitted());
  }

  private dropped(): string[] {
    return (this.box.querySelector<HTMLElement>("[data-dropped]")?.dataset["dropped"] ?? "").split(",").filter((id) => id !== "");
  }

  // What becomes of each step on the newest map, three pictures where one is stuck; the planner says what is dropped.
  private async ahead(dropped: readonly string[]): Promise<void> {
    const box = this.box.querySelector<HTMLElement>("#rebase");
    const answer = await fetch(`/drafts/${this.number}/rebase?drop=${dropped.join(",")}`, { headers: { Accept: "text/html" } });
    if (box && answer.ok) box.innerHTML = await answer.text(); // from our own server, escaped there
  }

  private async rebase(): Promise<void> {
    const choices = Object.fromEntries(this.dropped().map((id) => [id, "drop"]));
    await this.draft.after((rev) => this.draft.client.rebase(rev, choices, true));
  }

  // Opens a form at the field that is missing, or with the kind of document that is needed chosen already.
  private open(id: string, needs: string): void {
    const part = this.box.querySelector<HTMLDetailsElement>(`#${CSS.escape(id)}`);
    part?.setAttribute("open", "");
    const needed = needs ? part?.querySelector<HTMLElement>(`[name="${CSS.escape(needs)}"]`) : null;
    if (needed) return needed.focus();
    const role = part?.querySelector<HTMLSelectElement>("select[name=role]");
    if (role && needs) role.value = needs;
    const empty = [...(part?.querySelectorAll<HTMLInputElement>("input, textarea, select") ?? [])].find((one) => one.value === "");
    (empty ?? part?.querySelector<HTMLElement>("input, select"))?.focus();
  }

  private accept(finding: string): void {
    const form = this.box.querySelector<HTMLFormElement>("#accept");
    if (!form) return;
    form.hidden = false;
    (form.elements.namedItem("finding") as HTMLInputElement).value = finding;
    (form.elements.namedItem("reason") as HTMLInputElement).focus();
  }

  // A field of the case is kept as soon as it is left.
  private changed(event: Event): void {
    const field = event.target as HTMLInputElement;
    if (field.form?.dataset["call"] !== "edit" || !field.checkValidity()) return;
    const day = field.matches("[data-day]");
    const value = day && field.value === "" ? null : field.value;
    const kept = field.value;
    void this.draft.after(async (rev) => {
      await this.draft.client.edit(rev, { [field.name]: value });
      field.defaultValue = kept;
    });
  }

  private sent(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const given = new FormData(form);
    if (form.dataset["call"] === "accept") {
      const fields: Json = { finding: given.get("finding"), reason: given.get("reason") };
      void this.draft.after((rev) => this.draft.client.accept(rev, fields).then(() => form.reset()));
    }
    if (form.dataset["call"] === "document") {
      const file = given.get("file");
      if (!(file instanceof File) || file.size === 0) given.delete("file");
      void this.draft.after((rev) => this.draft.client.document(rev, given).then(() => form.reset()));
    }
  }

}

// Whether something was written in a form that the server does not have yet: it must outlive a new panel.
function unsent(form: HTMLFormElement): boolean {
  return [...form.elements].some((field) => {
    if (field instanceof HTMLInputElement) return field.type === "file" ? field.value !== "" : field.type !== "hidden" && field.value !== field.defaultValue;
    return field instanceof HTMLTextAreaElement ? field.value !== field.defaultValue : false;
  });
}

function point(text: string): Point | null {
  const [x, y] = text.split(",").map(Number);
  return text && Number.isFinite(x) && Number.isFinite(y) ? [Number(x), Number(y)] : null;
}
