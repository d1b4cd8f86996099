// The address says what is shown: the grid and the level in the query, the place in the fragment.

import type View from "ol/View";

interface Commands {
  zoom(factor: number): void;
  whole(): void;
  level(wanted: number): void;
  unit(code: string | null): void;
}

let silent = false; // while the address itself is being followed, nothing is written to it

export function readView(view: View): boolean {
  const [x, y, resolution] = location.hash.slice(1).split(",").map(Number);
  if (![x, y, resolution].every(Number.isFinite) || !(Number(resolution) > 0)) return false;
  view.setCenter([Number(x), Number(y)]);
  view.setResolution(Number(resolution));
  return true;
}

export function writeView(view: View): void {
  const [x, y] = view.getCenter() ?? [0, 0];
  const place = [Number(x).toFixed(1), Number(y).toFixed(1), (view.getResolution() ?? 1).toPrecision(4)].join(",");
  history.replaceState(history.state, "", `${location.pathname}${location.search}#${place}`);
  document.querySelectorAll<HTMLFormElement>("form[data-keep]").forEach((form) => {
    form.action = `${location.pathname}#${place}`;
  });
}

function write(name: string, value: string | null): void {
  if (silent) return;
  const query = new URLSearchParams(location.search);
  if (query.get(name) === value) return;
  if (value === null) query.delete(name);
  else query.set(name, value);
  const text = query.toString();
  history.pushState(null, "", `${location.pathname}${text ? `?${text}` : ""}${location.hash}`);
  document.querySelectorAll<HTMLInputElement>(`form[data-keep] input[type="hidden"][name="${name}"]`).forEach((field) => {
    field.value = value ?? "";
    field.disabled = value === null;
  });
}

export const writeWithout = (kinds: readonly string[]): void => write("without", kinds.join(",") || null);
export const writeUnit = (code: string | null): void => write("unit", code);

// A link to another day keeps what was chosen since the page was loaded.
function kept(href: string): string {
  const [address, here] = [new URL(href), new URLSearchParams(location.search)];
  for (const name of ["level", "unit", "without"]) {
    const value = here.get(name);
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  address.hash = location.hash;
  return address.href;
}

export function bindAddress(commands: Commands): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as HTMLElement).closest<HTMLElement>("[data-zoom], [data-whole], [data-level-link], a[data-keep]");
    if (!link) return;
    if (link.dataset["zoom"]) commands.zoom(Number(link.dataset["zoom"]));
    else if ("whole" in link.dataset) commands.whole();
    else if (link.dataset["levelLink"]) {
      event.preventDefault();
      write("level", link.dataset["levelLink"]);
      commands.level(Number(link.dataset["levelLink"]));
    } else if (link instanceof HTMLAnchorElement) link.href = kept(link.href);
  });
  window.addEventListener("popstate", () => {
    const query = new URLSearchParams(location.search);
    silent = true;
    commands.level(Number(query.get("level") ?? "3"));
    commands.unit(query.get("unit"));
    silent = false;
  });
}
