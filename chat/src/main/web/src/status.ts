import type { Client } from "switchboard-client";
import { h } from "./dom.js";
import type { Texts } from "./texts.js";

type Shown = "connected" | "connecting" | "waiting" | "offline" | "refused";

/** The connection's state, always in sight, and the way back by hand. */
export class Status {
  readonly element: HTMLElement;
  readonly #text = h("span", { class: "text" });
  readonly #button: HTMLButtonElement;
  #shown: Shown = "connecting";
  #next = 0;
  #timer = 0;

  constructor(
    readonly client: Client<any>,
    readonly texts: () => Texts,
    attempt: (attempt: number) => void,
  ) {
    this.#button = h("button", { type: "button", "data-testid": "reconnect", click: () => void client.reconnect().catch(() => {}) });
    this.element = h("div", { class: "status", role: "status", "data-testid": "state" }, h("span", { class: "lamp", "aria-hidden": "true" }), this.#text, this.#button);
    client.on("state", ({ state, delay, attempt: number }) => {
      if (state === "open") this.#set("connected");
      else if (state === "connecting") this.#set("connecting");
      else if (state === "waiting") {
        this.#next = Date.now() + (delay ?? 0);
        this.#set(navigator.onLine ? "waiting" : "offline");
        attempt(number ?? 0);
      } else this.#set("refused");
    });
    addEventListener("offline", () => this.#shown === "waiting" && this.#set("offline"));
    this.render();
  }

  #set(shown: Shown): void {
    this.#shown = shown;
    clearInterval(this.#timer);
    if (shown === "waiting") this.#timer = setInterval(() => this.render(), 1_000);
    this.render();
  }

  render(): void {
    const t = this.texts();
    const seconds = Math.max(1, Math.ceil((this.#next - Date.now()) / 1_000));
    this.element.dataset["state"] = this.#shown;
    this.#text.textContent = this.#shown === "waiting" ? t.waiting(seconds) : t[this.#shown];
    this.#button.textContent = t.reconnect;
    this.#button.hidden = this.#shown === "connected" || this.#shown === "connecting";
  }
}
