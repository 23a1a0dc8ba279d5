import { h, icon, icons } from "./dom.js";
import type { Conversation } from "./store.js";
import { MAX_CONTENT } from "./talk.js";
import type { Texts } from "./texts.js";

export interface ComposerActions {
  send(text: string): void;
  typing(on: boolean): void;
}

/** Where one writes. Enter sends, Shift and Enter begin a new line; what is not sent stays with its conversation. */
export class Composer {
  readonly element: HTMLElement;
  readonly #area: HTMLTextAreaElement;
  readonly #send: HTMLButtonElement;
  readonly #over = h("span", { class: "over", role: "status" });
  #conversation: Conversation | undefined;
  #texts: Texts;

  constructor(
    readonly actions: ComposerActions,
    texts: Texts,
  ) {
    this.#texts = texts;
    this.#area = h("textarea", {
      id: "composer",
      rows: 1,
      dir: "auto",
      "data-testid": "composer",
      autocomplete: "off",
      input: () => this.#changed(),
      keydown: (event: KeyboardEvent) => this.#key(event),
    });
    this.#send = h("button", { type: "submit", class: "primary send", "data-testid": "send" }, icon(icons.send));
    this.element = h("form", { class: "composer", submit: (event: Event) => this.#submit(event) }, this.#area, this.#over, this.#send);
  }

  show(conversation: Conversation, texts: Texts): void {
    this.#texts = texts;
    if (this.#conversation !== conversation) {
      this.#conversation = conversation;
      this.#area.value = conversation.draft;
      this.#fit();
    }
    const name = conversation.kind === "room" ? `#${conversation.name}` : conversation.name;
    this.#area.placeholder = texts.placeholder(name);
    this.#area.setAttribute("aria-label", texts.placeholder(name));
    this.#send.setAttribute("aria-label", texts.send);
    this.#send.title = texts.send;
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
    this.#area.style.height = `${Math.min(this.#area.scrollHeight, 200)}px`;
    const over = this.#area.value.length - MAX_CONTENT;
    this.#over.textContent = over > 0 ? this.#texts.tooLong(over) : "";
    this.#send.disabled = over > 0 || this.#area.value.trim() === "";
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event);
  }

  #submit(event: Event): void {
    event.preventDefault();
    const text = this.#area.value.trim();
    if (text === "" || this.#area.value.length > MAX_CONTENT) return;
    this.#area.value = "";
    if (this.#conversation) this.#conversation.draft = "";
    this.#fit();
    this.actions.send(text);
    this.focus();
  }
}
