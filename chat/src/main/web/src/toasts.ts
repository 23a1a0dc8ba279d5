import type { Level } from "./chat.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import type { Texts } from "./texts.js";

const STAYS_MS = 7_000;
const MOST = 4;

/** Short notices that go by themselves, not while one reads them; errors stay until closed. */
export class Toasts {
  readonly element = h("div", { class: "toasts", "data-testid": "toasts" });

  add(level: Level, text: string, t: Texts): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stay = () => clearTimeout(timer);
    const go = () => {
      clearTimeout(timer);
      if (level !== "error") timer = setTimeout(() => toast.remove(), STAYS_MS);
    };
    const toast = h(
      "div",
      {
        class: `toast ${level}`,
        role: level === "error" ? "alert" : "status",
        "data-testid": "toast",
        "data-level": level,
        pointerenter: stay,
        pointerleave: go,
        focusin: stay,
        focusout: go,
      },
      icon(level),
      h("p", { dir: "auto" }, h("span", { class: "hidden" }, `${t[`level_${level}`]}: `), text),
      h("button", { type: "button", class: "quiet", "aria-label": t.close, click: () => toast.remove() }, icon("close")),
    );
    this.element.append(toast);
    while (this.element.children.length > MOST) this.element.firstElementChild!.remove();
    go();
  }

  /** Closes the newest; false if there is none. */
  closeLast(): boolean {
    const last = this.element.lastElementChild;
    last?.remove();
    return last !== null;
  }
}
