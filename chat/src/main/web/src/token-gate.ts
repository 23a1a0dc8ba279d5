import { h } from "./dom.js";
import type { Texts } from "./texts.js";
import { access, keepToken } from "./tokens.js";

/** Why a token does not do. */
export type TokenProblem = "refused" | "unreachable";

/** The form one enters by where users have tokens. */
export class TokenGate {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #error = h("p", { id: "token-error", class: "problem", role: "alert", "data-testid": "token-error" });
  #busy = false;

  constructor(
    readonly t: Texts,
    switches: HTMLElement,
    readonly enter: (user: string, token: string) => void,
  ) {
    this.#input = h("input", {
      id: "token",
      type: "password",
      "data-testid": "token-input",
      autocomplete: "off",
      spellcheck: "false",
      enterkeyhint: "go",
      "aria-describedby": "token-hint token-error",
      input: () => this.#say(""),
    });
    this.element = h(
      "main",
      { class: "gate", "data-testid": "token-gate" },
      h(
        "form",
        { novalidate: true, submit: (event: Event) => void this.#submit(event) },
        h("img", { src: "/favicon.svg", alt: "", width: 56, height: 56 }),
        h("h1", {}, "Switchboard"),
        h("p", { class: "tagline" }, t.tagline),
        h("label", { for: "token" }, t.tokenLabel),
        this.#input,
        h("p", { id: "token-hint", class: "hint" }, t.tokenHint),
        this.#error,
        h("button", { type: "submit", class: "primary", "data-testid": "token-enter" }, t.enter),
      ),
      switches,
    );
  }

  focus(): void {
    this.#input.focus();
  }

  fail(problem: TokenProblem): void {
    this.#say(problem === "refused" ? this.t.tokenRefused : this.t.unreachable);
    this.focus();
  }

  #say(error: string): void {
    this.#error.textContent = error;
    if (error === "") this.#input.removeAttribute("aria-invalid");
    else this.#input.setAttribute("aria-invalid", "true");
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    const token = this.#input.value.trim();
    if (this.#busy || token === "") return this.focus();
    this.#busy = true;
    const found = await access(/^[!-~]+$/.test(token) ? token : "-"); // what can't be in a header is no token
    this.#busy = false;
    if (found.kind !== "user") return this.fail(found.kind === "unreachable" ? "unreachable" : "refused");
    keepToken(token);
    this.enter(found.user, token);
  }
}
