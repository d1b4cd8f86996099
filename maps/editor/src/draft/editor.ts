// The page of a draft: puts map, draft, tools and panel together, and gives each key its meaning.

import { Canvas } from "./canvas";
import { Client } from "./client";
import type { Problem } from "./client";
import { Divide, Reshape, Split } from "./cutting";
import { Desk } from "./desk";
import type { Words } from "./desk";
import { Draft } from "./draft";
import { Carve, Merge, Transfer } from "./giving";
import { MoveBorder, MoveVertex } from "./moving";
import { Edit, Measure, Select } from "./naming";
import { Painter } from "./painter";
import { Panel } from "./panel";
import { Refusal } from "./refusal";
import type { Point } from "./plane";
import type { Level } from "./drawn";
import { Steps } from "./steps";
import type { Tool } from "./tool";
import { Ways } from "./ways";

// When the page has nothing to do, and soon in any case; Safari does not tell when that is.
const idle = (work: () => void): unknown => ("requestIdleCallback" in window ? requestIdleCallback(work, { timeout: 300 }) : setTimeout(work, 50));

const KEYS: Readonly<Record<string, string>> = {
  v: "select", p: "move", r: "reshape", b: "border", s: "split", g: "merge", t: "transfer", n: "carve", k: "divide", e: "edit", l: "measure",
};

class Editor {
  private readonly words: Words;
  private readonly canvas: Canvas;
  private readonly draft: Draft;
  private readonly desk: Desk;
  private readonly painter: Painter;
  private readonly panel: Panel;
  private readonly refusal: Refusal;
  private readonly steps = new Steps();
  private readonly tools: Readonly<Record<string, Tool>>;
  private tool = "select";

  constructor(private readonly element: HTMLElement) {
    this.words = JSON.parse(document.querySelector("#words")?.textContent ?? "{}") as Words;
    const number = element.dataset["change"] ?? "";
    this.canvas = new Canvas(element, element.dataset["plane"] ?? "plane");
    this.draft = new Draft(new Client(number), {
      changed: () => this.changed(),
      busy: (working) => this.say(working ? this.words.saving : this.words.saved),
      refused: (problem) => this.refused(problem),
      stale: () => this.refusal.say(this.words.stale),
    });
    this.desk = new Desk(this.canvas, this.draft, this.words);
    this.painter = new Painter(this.canvas, this.draft, idle);
    this.panel = new Panel(number, this.draft, {
      jump: (at, unit) => this.jump(at, unit),
      submitted: () => location.assign(`/changes/${number}`),
    });
    this.refusal = new Refusal(this.canvas);
    const { desk, steps } = this;
    this.tools = {
      select: new Select(desk), move: new MoveVertex(desk), reshape: new Reshape(desk), border: new MoveBorder(desk),
      split: new Split(desk, steps), merge: new Merge(desk, steps), transfer: new Transfer(desk, steps), carve: new Carve(desk, steps),
      divide: new Divide(desk, steps), edit: new Edit(desk, steps), measure: new Measure(desk),
    };
  }

  async start(): Promise<void> {
    try {
      await this.draft.open(document.querySelector<HTMLInputElement>("#case [name=reason]")?.value || document.title, this.element.dataset["borders"] ?? "");
    } catch {
      document.querySelector<HTMLElement>("#map-failed")?.removeAttribute("hidden");
      return;
    }
    this.canvas.whole();
    this.bind();
    const unit = [...this.draft.sheet.units.values()].find(({ code }) => code !== null && code === this.element.dataset["unit"]);
    if (unit) this.jump(null, unit.key);
    else this.fitDrawn();
    this.use(this.element.dataset["mayEdit"] ? "move" : "select");
    this.expose();
    await this.canvas.underlay(this.element.dataset["baseMap"] ?? "").catch(() => this.say(this.words.failed));
    const ways = new Ways(this.canvas);
    ways.onChange = (lines) => this.desk.guides.set(lines);
    await ways.load(this.element.dataset["lines"] ?? "").catch(() => this.say(this.words.failed));
    this.element.dataset["ready"] = "true";
  }

  // Where it was drawn last time, one goes on.
  private fitDrawn(): void {
    const { drawn, sheet } = this.draft;
    const drawnOn = Object.keys(drawn.leaves).flatMap((key) => sheet.outline(key).flat(2));
    if (drawnOn.length) this.canvas.fit(drawnOn, 120);
  }

  // What tests and a curious administrator may read; nothing can be changed through it.
  private expose(): void {
    const { canvas, draft } = this;
    const state = {
      pixel: (x: number, y: number) => canvas.pixel([x, y]),
      units: () => [...draft.sheet.units.values()],
      outline: (key: string) => draft.sheet.outline(key),
      rev: () => draft.drawn.rev,
      quiet: () => draft.quiet,
      tool: () => this.tool,
    };
    Object.defineProperty(window, "wanggeEditor", { value: Object.freeze(state) });
  }

  private bind(): void {
    this.canvas.onView = () => (this.tools["move"] as MoveVertex).place();
    document.querySelectorAll<HTMLElement>("[data-tool]").forEach((button) => button.addEventListener("click", () => this.use(button.dataset["tool"] as string)));
    document.querySelectorAll<HTMLElement>("[data-work-level]").forEach((button) =>
      button.addEventListener("click", () => this.work(Number(button.dataset["workLevel"]) as Level)),
    );
    document.querySelectorAll<HTMLElement>("[data-zoom]").forEach((button) => button.addEventListener("click", () => this.canvas.zoom(Number(button.dataset["zoom"]))));
    document.querySelector("[data-whole]")?.addEventListener("click", () => this.canvas.whole());
    this.box("snap", (on) => (this.desk.snapping = on));
    this.box("ghost", (on) => this.canvas.show("ghost", on));
    this.box("names", (on) => this.canvas.show("labels", on));
    document.querySelector("[data-toggle=changed]")?.addEventListener("click", () => this.toggleChanged());
    document.addEventListener("keydown", (event) => this.key(event));
  }

  private box(id: string, act: (on: boolean) => void): void {
    const box = document.querySelector<HTMLInputElement>(`#${id}`);
    box?.addEventListener("change", () => act(box.checked));
  }

  private toggleChanged(): void {
    const button = document.querySelector<HTMLElement>("[data-toggle=changed]");
    const on = button?.getAttribute("aria-pressed") !== "true";
    button?.setAttribute("aria-pressed", String(on));
    this.painter.only(on);
  }

  private get current(): Tool {
    return this.tools[this.tool] as Tool;
  }

  private use(name: string): void {
    if (!this.tools[name] || !document.querySelector(`[data-tool="${name}"]`)) return;
    this.current.cancel();
    this.current.stop?.();
    this.steps.close();
    this.tool = name;
    this.canvas.gesture = this.current;
    this.current.start?.();
    document.querySelectorAll<HTMLElement>("[data-tool]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset["tool"] === name)));
    this.desk.advice = (this.words.advice[name] ?? "") + (this.current.traces ? this.words.trace : "");
    this.desk.advise(null);
  }

  private work(level: Level): void {
    this.desk.level = level;
    document.querySelectorAll<HTMLElement>("[data-work-level]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset["workLevel"] === String(level))));
    this.current.cancel();
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape") return void this.backOut();
    const at = event.target as HTMLElement;
    if (at.matches("input, select, textarea")) return;
    if (event.ctrlKey || event.metaKey) return this.history(event);
    if (at.closest("button, a") && (event.key === "Enter" || event.key === " ")) return;
    if (this.current.key?.(event) || (event.key === " " && this.point())) return event.preventDefault();
    const tool = KEYS[event.key.toLowerCase()];
    if (tool) this.use(tool);
    else if (event.key.toLowerCase() === "d") this.toggleChanged();
    else if (event.key === "1" || event.key === "2" || event.key === "3") this.work(Number(event.key) as Level);
  }

  // The grid in the middle of what is seen, where the cross is, as if it was clicked.
  private point(): boolean {
    if (!this.current.pointed) return false;
    const unit = this.draft.sheet.unitAt(this.canvas.centre, this.desk.level);
    if (unit) this.current.pointed(unit.key);
    return true;
  }

  private history(event: KeyboardEvent): void {
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    void (key === "y" || event.shiftKey ? this.draft.redo() : this.draft.undo());
  }

  // What was begun is given up; if nothing was, what was said is put away.
  private backOut(): void {
    if (this.current.cancel()) return;
    this.refusal.close();
    if (this.tool !== "select") this.use("select");
  }

  private changed(): void {
    this.refusal.close();
    this.current.refresh?.();
    this.painter.paint();
    this.panel.counting();
    const { rev } = this.draft.drawn;
    this.canvas.drawn(() => {
      this.element.dataset["shown"] = String(rev);
      void this.panel.refresh(); // the map goes first
    });
  }

  private refused(problem: Problem | null): void {
    if (!problem) return this.refusal.say(this.words.failed);
    if (problem.code === "edit.cut_unit_needs_code") (this.tools["split"] as Split).needs([problem.values["units"]].flat().map(String));
    this.refusal.show(problem);
  }

  private jump(at: Point | null, unit: string): void {
    if (at) this.canvas.focus(at);
    else if (unit) this.canvas.fit((this.draft.sheet.units.has(unit) ? this.draft.sheet : this.draft.filed).outline(unit).flat(2));
  }

  private say(text: string): void {
    const line = document.querySelector("#saved");
    if (line) line.textContent = text;
    this.element.dataset["busy"] = this.draft.quiet ? "" : "yes";
  }
}

const element = document.querySelector<HTMLElement>("#draft");
if (element) void new Editor(element).start();
