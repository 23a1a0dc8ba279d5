import type { Conversation } from "./conversation.js";
import { h, setText } from "./dom.js";
import { icon, type IconName } from "./icons.js";
import type { Store } from "./store.js";
import type { Texts } from "./texts.js";

export interface HeaderActions {
  menu(): void;
  people(): void;
  leave(): void;
}

function quiet(name: IconName, kind: string, click: () => void): HTMLButtonElement {
  return h("button", { type: "button", class: `quiet ${kind}`, "data-testid": name, click }, icon(name));
}

/** Where one is, the connection's state, and the ways from here. */
export class Header {
  readonly element: HTMLElement;
  readonly #title = h("h1", { class: "title", dir: "auto", "data-testid": "title" });
  readonly #subtitle = h("p", { class: "subtitle" });
  readonly #menu: HTMLButtonElement;
  readonly #people: HTMLButtonElement;
  readonly #leave: HTMLButtonElement;
  readonly #elsewhere = h("span", { class: "dot", hidden: true });

  constructor(
    readonly store: Store,
    status: HTMLElement,
    actions: HeaderActions,
  ) {
    this.#menu = quiet("menu", "narrow", actions.menu);
    this.#menu.append(this.#elsewhere);
    this.#people = quiet("people", "medium", actions.people);
    this.#leave = quiet("leave", "", actions.leave);
    this.element = h("div", { class: "bar" }, this.#menu, h("div", { class: "names" }, this.#title, this.#subtitle), status, this.#leave, this.#people);
  }

  render(conversation: Conversation, t: Texts): void {
    const room = conversation.kind === "room";
    const { name, me } = conversation;
    setText(this.#title, room ? `# ${name}` : name);
    this.#title.title = name;
    const online = this.store.isOnline(name);
    setText(this.#subtitle, room ? (conversation.loaded ? t.peopleCount(conversation.count) : "") : name === me ? t.notes : online ? t.online : t.offlineUser);
    this.#subtitle.classList.toggle("here", !room && online);
    this.#leave.hidden = this.#people.hidden = !room;
    label(this.#menu, t.menu);
    label(this.#people, t.people);
    label(this.#leave, t.leave);
    this.#elsewhere.hidden = this.store.unread === conversation.unread;
  }
}

/** Names a button that shows no word. */
export function label(button: HTMLButtonElement, text: string): void {
  button.setAttribute("aria-label", text);
  button.title = text;
}
