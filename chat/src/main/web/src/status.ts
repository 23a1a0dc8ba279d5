import { CloseCode, type Client } from "switchboard-client";
import { h, setText } from "./dom.js";
import { icon } from "./icons.js";
import type { Texts } from "./texts.js";

type Shown = "connected" | "connecting" | "reconnecting" | "waiting" | "offline" | "refused";

/** The connection's state, always in sight, and the way back by hand. */
export class Status {
  readonly element: HTMLElement;
  readonly #visible = h("span", { class: "text", "aria-hidden": "true" });
  /** Says each state once, without the seconds. */
  readonly #spoken = h("span", { class: "hidden", role: "status" });
  readonly #label = h("span");
  readonly #button: HTMLButtonElement;
  readonly #life = new AbortController();
  #shown: Shown = "connecting";
  #attempt = 0;
  #next = 0;
  #reason = "";
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    readonly client: Client<any, any>,
    readonly texts: () => Texts,
    readonly changed: () => void,
    attempt: (attempt: number) => void,
  ) {
    this.#button = h("button", { type: "button", "data-testid": "reconnect", click: () => void client.reconnect().catch(() => {}) }, icon("retry"), this.#label);
    const lamp = h("span", { class: "lamp", "aria-hidden": "true" });
    this.element = h("div", { class: "status", "data-testid": "state" }, lamp, this.#visible, this.#spoken, this.#button);
    client.on("state", ({ state, delay = 0, attempt: number = 0 }) => {
      if (state === "open") this.#set("connected");
      else if (state === "connecting") this.#set(this.#attempt > 0 ? "reconnecting" : "connecting");
      else if (state === "waiting") {
        this.#attempt = number;
        this.#next = Date.now() + delay;
        this.#set(navigator.onLine ? "waiting" : "offline");
        attempt(number);
      } else this.#set("refused");
    });
    client.on("close", ({ code, reason }) => {
      this.#reason = code === CloseCode.NORMAL ? "" : this.#why(code, reason);
      this.render();
    });
    const { signal } = this.#life;
    addEventListener("offline", () => this.#shown === "waiting" && this.#set("offline"), { signal });
    addEventListener("online", () => this.#shown === "offline" && this.#set("waiting"), { signal });
    this.render();
  }

  get connected(): boolean {
    return this.#shown === "connected";
  }

  #why(code: number, reason: string): string {
    const known = (this.texts() as unknown as Record<string, string | undefined>)[`close_${code}`];
    return known ?? `${code} ${reason}`.trimEnd();
  }

  #set(shown: Shown): void {
    this.#shown = shown;
    if (shown === "connected") this.#attempt = 0;
    clearInterval(this.#timer);
    if (shown === "waiting") this.#timer = setInterval(() => this.render(), 1_000);
    this.render();
    this.changed();
  }

  render(): void {
    const t = this.texts();
    const shown = this.#shown;
    const refused = this.#reason === "" ? t.refused : t.refusedBecause(this.#reason);
    const calm = shown === "refused" ? refused : t[shown];
    const seconds = Math.max(1, Math.ceil((this.#next - Date.now()) / 1_000));
    this.element.dataset["state"] = shown;
    this.element.title = calm;
    setText(this.#visible, shown === "waiting" ? t.waitingFor(seconds, this.#attempt) : calm);
    setText(this.#spoken, calm);
    setText(this.#label, t.reconnect);
    this.#button.hidden = shown === "connected" || shown === "connecting" || shown === "reconnecting";
  }

  close(): void {
    clearInterval(this.#timer);
    this.#life.abort();
  }
}
