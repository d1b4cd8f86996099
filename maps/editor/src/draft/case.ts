// The page of one change: its steps are forms; each names the revision it stands on, and the page shows what came of it.

import { STEPS } from "./client";

const body = document.querySelector<HTMLElement>("#case-body");

body?.addEventListener("submit", (event) => {
  event.preventDefault();
  void take(event.target as HTMLFormElement);
});

async function take(form: HTMLFormElement): Promise<void> {
  const [method, path] = STEPS[form.dataset["step"] as keyof typeof STEPS].split(" ") as [string, string];
  const fields = Object.fromEntries(new FormData(form));
  const key = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
  const headers: Record<string, string> = { "If-Match": `"${body?.dataset["rev"]}"`, "Idempotency-Key": key, Accept: "application/json" };
  const sent = Object.keys(fields).length ? JSON.stringify(fields) : undefined;
  if (sent) headers["Content-Type"] = "application/json";
  form.querySelectorAll("button").forEach((button) => (button.disabled = true));
  const answer = await fetch(path.replace("{number}", body?.dataset["change"] ?? ""), { method, headers, body: sent });
  if (answer.ok) return location.reload();
  form.querySelectorAll("button").forEach((button) => (button.disabled = false));
  const said = (await answer.json()) as { detail?: string };
  const refusal = document.querySelector<HTMLElement>("#refusal");
  if (!refusal) return;
  refusal.textContent = said.detail ?? String(answer.status);
  refusal.hidden = false;
  refusal.scrollIntoView({ block: "nearest" });
}
