import { h, icon, icons } from "./dom.js";

const STAYS_MS = 6_000;
const MOST = 4;

/** Short notices that go by themselves; errors stay until closed. */
export class Toasts {
  readonly element = h("div", { class: "toasts", "aria-live": "polite" });

  add(level: "info" | "warning" | "error" | "success", text: string, closeLabel: string): void {
    const toast = h(
      "div",
      { class: `toast ${level}`, role: level === "error" ? "alert" : "status", "data-testid": "toast", "data-level": level },
      h("p", { dir: "auto" }, text),
      h("button", { type: "button", "aria-label": closeLabel, click: () => toast.remove() }, icon(icons.close)),
    );
    this.element.append(toast);
    while (this.element.children.length > MOST) this.element.firstElementChild!.remove();
    if (level !== "error") setTimeout(() => toast.remove(), STAYS_MS);
  }
}
