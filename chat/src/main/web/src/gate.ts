import { h } from "./dom.js";
import type { Texts } from "./texts.js";

type Problem = "taken" | "reserved" | "invalid" | "unreachable";

/** Whether a name can be had, asked of the server; its answer also gives this browser the cookie that keeps the name. */
export async function nameProblem(name: string): Promise<Problem | undefined> {
  try {
    const response = await fetch(`/api/name?user=${encodeURIComponent(name)}`, { cache: "no-store" });
    const answer = (await response.json()) as { ok: boolean; code?: Problem };
    return answer.ok ? undefined : (answer.code ?? "invalid");
  } catch {
    return "unreachable";
  }
}

export function problemText(problem: Problem, t: Texts): string {
  return problem === "unreachable" ? t.unreachable : t[`name_${problem}`];
}

/** The form one enters by. */
export class Gate {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #button: HTMLButtonElement;
  readonly #error: HTMLElement;
  #busy = false;

  constructor(
    readonly t: Texts,
    name: string,
    controls: HTMLElement,
    readonly enter: (name: string) => Promise<void>,
  ) {
    this.#input = h("input", {
      id: "name",
      name: "name",
      "data-testid": "name-input",
      autocomplete: "nickname",
      autocapitalize: "words",
      spellcheck: "false",
      maxlength: 40,
      required: true,
      value: name,
      "aria-describedby": "name-hint name-error",
    });
    this.#button = h("button", { type: "submit", class: "primary", "data-testid": "name-join" }, t.enter);
    this.#error = h("p", { id: "name-error", class: "error", role: "alert", "data-testid": "name-error" });
    this.element = h(
      "main",
      { class: "gate" },
      h(
        "form",
        { submit: (event: Event) => void this.#submit(event) },
        h("img", { src: "/favicon.svg", alt: "", width: 56, height: 56 }),
        h("h1", {}, "Switchboard"),
        h("p", { class: "tagline" }, t.tagline),
        h("label", { for: "name" }, t.nameLabel),
        this.#input,
        h("p", { id: "name-hint", class: "hint" }, t.nameHint),
        this.#error,
        this.#button,
      ),
      controls,
    );
  }

  focus(): void {
    this.#input.focus();
    this.#input.select();
  }

  fail(problem: Problem): void {
    this.#error.textContent = problemText(problem, this.t);
    this.#input.setAttribute("aria-invalid", "true");
    this.focus();
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    const name = this.#input.value.trim().normalize("NFC");
    if (this.#busy || name === "") return;
    this.#busy = true;
    this.#button.disabled = true;
    this.#button.textContent = this.t.entering;
    const problem = await nameProblem(name);
    this.#busy = false;
    this.#button.disabled = false;
    this.#button.textContent = this.t.enter;
    if (problem) this.fail(problem);
    else await this.enter(name);
  }
}
