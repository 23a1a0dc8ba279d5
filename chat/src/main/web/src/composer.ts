import { limits } from "./chat.js";
import type { Conversation } from "./conversation.js";
import { h, setText } from "./dom.js";
import { icon } from "./icons.js";
import type { Texts } from "./texts.js";

const MAX_CONTENT = limits.Message.content.maxLength;

const SAY_WHEN_LEFT = 400;
const TALLEST = 200;

export interface ComposerActions {
  send(text: string): void;
  /** The text changed; false: there is none any more. */
  typing(on: boolean): void;
}

/** Where one writes. Enter sends, Shift and Enter begin a new line; what is not sent stays with its conversation. */
export class Composer {
  readonly element: HTMLFormElement;
  readonly #area: HTMLTextAreaElement;
  readonly #send: HTMLButtonElement;
  readonly #left = h("span", { class: "left", id: "left", "aria-live": "polite" });
  #conversation: Conversation | undefined;
  #texts: Texts | undefined;

  constructor(readonly actions: ComposerActions) {
    this.#area = h("textarea", {
      id: "composer",
      rows: 1,
      dir: "auto",
      "data-testid": "composer",
      autocomplete: "off",
      enterkeyhint: "send",
      "aria-describedby": "left",
      input: () => this.#changed(),
      keydown: (event: KeyboardEvent) => this.#key(event),
    });
    this.#send = h("button", { type: "submit", class: "primary send", "data-testid": "send" }, icon("send"));
    this.element = h("form", { class: "composer", submit: (event: Event) => this.#submit(event) }, this.#area, this.#left, this.#send);
  }

  show(conversation: Conversation, texts: Texts): void {
    this.#texts = texts;
    const name = conversation.kind === "room" ? `#${conversation.name}` : conversation.name;
    this.#area.placeholder = texts.placeholder(name);
    this.#area.setAttribute("aria-label", texts.placeholder(name));
    this.#send.setAttribute("aria-label", texts.send);
    this.#send.title = texts.send;
    if (this.#conversation === conversation) return;
    this.#conversation = conversation;
    this.#area.value = conversation.draft;
    this.#fit();
  }

  focus(): void {
    this.#area.focus();
  }

  #changed(): void {
    if (this.#conversation) this.#conversation.draft = this.#area.value;
    this.actions.typing(this.#area.value.trim() !== "");
    this.#fit();
  }

  #fit(): void {
    this.#area.style.height = "auto";
    if (this.#area.value !== "") this.#area.style.height = `${Math.min(this.#area.scrollHeight, TALLEST)}px`;
    const left = MAX_CONTENT - this.#area.value.trim().length;
    const t = this.#texts;
    setText(this.#left, !t || left > SAY_WHEN_LEFT ? "" : left < 0 ? t.tooLong(-left) : t.left(left));
    this.#left.classList.toggle("over", left < 0);
    this.#area.setAttribute("aria-invalid", String(left < 0));
    this.#send.setAttribute("aria-disabled", String(left < 0 || left === MAX_CONTENT));
  }

  #key(event: KeyboardEvent): void {
    // While a word is being composed (Chinese, Japanese …), Enter belongs to the input method; 229 is how Safari says so.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) this.#submit(event);
  }

  #submit(event: Event): void {
    event.preventDefault();
    const text = this.#area.value.trim();
    if (text !== "" && text.length <= MAX_CONTENT) {
      this.#area.value = "";
      if (this.#conversation) this.#conversation.draft = "";
      this.#fit();
      this.actions.send(text);
    }
    this.focus();
  }
}
