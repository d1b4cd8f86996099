// What every page does: the search key, lists that send themselves, printing, and the progress of jobs.

import { bindDays } from "./days";

function searchKey(event: KeyboardEvent): void {
  const box = document.querySelector<HTMLInputElement>("#find");
  const at = event.target as HTMLElement;
  const typing = at.matches("input, select, textarea") || at.isContentEditable;
  if (event.key === "/" && !typing && box) {
    event.preventDefault();
    box.focus();
    box.select();
  }
  if (!box || !at.closest(".find")) return;
  if (event.key === "Escape") {
    found()?.replaceChildren();
    box.blur();
    at.blur();
  }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event, box, at);
}

const found = (): HTMLElement | null => document.querySelector<HTMLElement>("#found");

// Arrows go from the box through what is suggested, and back.
function step(event: KeyboardEvent, box: HTMLElement, at: HTMLElement): void {
  const stops = [box, ...(found()?.querySelectorAll<HTMLElement>("a") ?? [])];
  const next = stops[stops.indexOf(at) + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

// What is suggested goes when the box is left.
function leave(event: FocusEvent): void {
  const [from, to] = [event.target as HTMLElement, event.relatedTarget as HTMLElement | null];
  if (from.closest(".find") && to && !to.closest(".find")) found()?.replaceChildren();
}

function followJob(row: HTMLElement): void {
  const events = new EventSource(row.dataset["events"] ?? "");
  const bar = row.querySelector<HTMLProgressElement>("progress");
  const count = row.querySelector<HTMLElement>("[data-count]");
  const note = row.querySelector<HTMLElement>("[data-note]");
  events.addEventListener("progress", (event) => {
    const job = JSON.parse(event.data as string) as { done: number; total: number; note: string; ended: boolean };
    if (bar && job.total > 0) {
      bar.max = job.total;
      bar.value = job.done;
    }
    if (count && job.total > 0) count.textContent = `${job.done} / ${job.total}`;
    if (note) note.textContent = job.note;
    if (job.ended) {
      events.close();
      location.reload();
    }
  });
}

document.addEventListener("keydown", searchKey);
document.addEventListener("focusout", leave);
bindDays();
document.addEventListener("change", (event) => {
  const field = event.target as HTMLSelectElement;
  if (field.matches("[data-submit]")) field.form?.requestSubmit();
});
document.addEventListener("click", (event) => {
  if ((event.target as HTMLElement).closest("[data-print]")) window.print();
});
document.querySelectorAll<HTMLElement>("[data-events]").forEach(followJob);
document.documentElement.classList.add("scripted");
