import { h } from "./dom.js";
import type { Texts } from "./texts.js";

/** Why a name can't be had; `unreachable`: nobody knows; `token`: it is not the name but the token. */
export type Problem = "taken" | "reserved" | "invalid" | "unreachable" | "token";

const ASK_MS = 10_000;

/** Asks the server whether a name can be had; its answer also gives this browser the cookie that keeps the name. */
export async function nameProblem(name: string): Promise<Problem | undefined> {
  try {
    const response = await fetch(`/api/name?user=${encodeURIComponent(name)}`, { cache: "no-store", signal: AbortSignal.timeout(ASK_MS) });
    const answer = (await response.json()) as { ok: boolean; code?: Problem };
    return answer.ok ? undefined : (answer.code ?? "invalid");
  } catch {
    return "unreachable";
  }
}

function problemText(problem: Problem, t: Texts): string {
  if (problem === "token") return t.tokenRefused;
  return problem === "unreachable" ? t.unreachable : t[`name_${problem}`];
}

/** The form one enters by. */
export class Gate {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #button: HTMLButtonElement;
  readonly #error = h("p", { id: "name-error", class: "problem", role: "alert", "data-testid": "name-error" });
  #busy = false;

  constructor(
    readonly t: Texts,
    name: string,
    switches: HTMLElement,
    readonly enter: (name: string) => void,
  ) {
    this.#input = h("input", {
      id: "name",
      name: "name",
      "data-testid": "name-input",
      autocomplete: "nickname",
      autocapitalize: "words",
      spellcheck: "false",
      enterkeyhint: "go",
      maxlength: 80,
      value: name,
      "aria-describedby": "name-hint name-error",
      input: () => this.#say(""),
    });
    this.#button = h("button", { type: "submit", class: "primary", "data-testid": "name-join" }, t.enter);
    this.element = h(
      "main",
      { class: "gate", "data-testid": "gate" },
      h(
        "form",
        { novalidate: true, submit: (event: Event) => void this.#submit(event) },
        h("img", { src: "/favicon.svg", alt: "", width: 56, height: 56 }),
        h("h1", {}, "Switchboard"),
        h("p", { class: "tagline" }, t.tagline),
        h("label", { for: "name" }, t.nameLabel),
        this.#input,
        h("p", { id: "name-hint", class: "hint" }, t.nameHint),
        this.#error,
        this.#button,
      ),
      switches,
    );
  }

  get typed(): string {
    return this.#input.value;
  }

  focus(): void {
    this.#input.focus();
    this.#input.select();
  }

  fail(problem: Problem): void {
    this.#say(problemText(problem, this.t));
    this.focus();
  }

  #say(error: string): void {
    this.#error.textContent = error;
    if (error === "") this.#input.removeAttribute("aria-invalid");
    else this.#input.setAttribute("aria-invalid", "true");
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.#busy) return;
    const name = this.#input.value.trim().normalize("NFC");
    if (name === "") {
      this.#say(this.t.nameMissing);
      return this.#input.focus();
    }
    this.#wait(true);
    const problem = await nameProblem(name);
    this.#wait(false);
    if (problem) this.fail(problem);
    else this.enter(name);
  }

  #wait(on: boolean): void {
    this.#busy = on;
    this.#button.setAttribute("aria-busy", String(on));
    this.#button.textContent = on ? this.t.entering : this.t.enter;
  }
}
