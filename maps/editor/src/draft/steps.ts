// The questions of a step, asked beside the map: one form at a time, from the page's templates. Names go in as text.

export interface Asked {
  readonly form: HTMLFormElement;
  value(name: string): string;
}

export class Steps {
  private readonly box = document.querySelector<HTMLElement>("#step") as HTMLElement;

  ask(name: string, fill: (form: HTMLFormElement) => void, answered: (asked: Asked) => void, cancelled: () => void): HTMLFormElement {
    const form = document.createElement("form");
    form.noValidate = false;
    const template = document.querySelector<HTMLTemplateElement>(`#step-${name}`);
    if (template) form.append(template.content.cloneNode(true));
    fill(form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      answered({ form, value: (field) => String(new FormData(form).get(field) ?? "").trim() });
    });
    form.querySelector("[data-cancel]")?.addEventListener("click", cancelled);
    this.box.replaceChildren(form);
    this.box.hidden = false;
    form.querySelector<HTMLElement>("input:not([type=hidden]), select")?.focus();
    return form;
  }

  close(): void {
    this.box.hidden = true;
    this.box.replaceChildren();
  }
}

export function field(form: HTMLElement, name: string): HTMLInputElement {
  return form.querySelector<HTMLInputElement>(`[name="${name}"]`) as HTMLInputElement;
}

export function options(select: HTMLSelectElement, items: readonly { readonly value: string; readonly text: string }[], chosen: string): void {
  select.replaceChildren(...items.map(({ value, text }) => new Option(text, value, value === chosen, value === chosen)));
}

export function radio(name: string, value: string, text: string, checked: boolean): HTMLLabelElement {
  const label = document.createElement("label");
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name, value, checked });
  label.append(input, text);
  return label;
}
