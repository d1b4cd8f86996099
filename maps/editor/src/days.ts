// A day is written 2026-11-24, whatever the language of the browser; beside it the browser's own calendar can be opened.

const WRITTEN = /^(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?$/;

// As people write it (20261124, 2026/1/4, 2026年1月4日) to 2026-01-04; undefined if there is no such day.
export function dayOf(text: string): string | undefined {
  const [, year, month, day] = WRITTEN.exec(text.trim()) ?? [];
  if (!year || !month || !day) return undefined;
  const written = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const time = new Date(`${written}T00:00:00Z`);
  const exists = !Number.isNaN(time.getTime()) && time.toISOString().startsWith(written);
  return exists && year >= "1900" && year < "3000" ? written : undefined;
}

function read(field: HTMLInputElement): void {
  const day = dayOf(field.value);
  const empty = field.value.trim() === "" && !field.required;
  if (day) field.value = day;
  field.setCustomValidity(day || empty ? "" : (field.dataset["wrong"] ?? ""));
}

// Must be bound before what sends a form on change, so that it is sent as read here.
export function bindDays(): void {
  document.addEventListener("input", (event) => {
    const field = event.target as HTMLInputElement;
    if (field.matches("[data-day]")) field.setCustomValidity("");
  });
  document.addEventListener("keydown", (event) => {
    const field = event.target as HTMLInputElement;
    if (event.key === "Enter" && field.matches("[data-day]")) read(field);
  });
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLInputElement;
    if (field.matches("[data-day]")) read(field);
    else if (field.matches("[data-pick]") && field.value) {
      const day = field.parentElement?.querySelector<HTMLInputElement>("[data-day]");
      if (!day) return;
      day.value = field.value;
      day.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}
