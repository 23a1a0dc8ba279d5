import type { Conversation } from "./conversation.js";
import { avatar, h, Keyed, setText } from "./dom.js";
import { icon } from "./icons.js";
import type { Texts } from "./texts.js";

/** Who is in the room. */
export class People {
  readonly element: HTMLElement;
  readonly #title = h("h2", { id: "people-title" });
  readonly #close: HTMLButtonElement;
  readonly #list = h("ul", { "aria-labelledby": "people-title" });
  readonly #more = h("p", { class: "hint" });
  readonly #members: Keyed<string, HTMLLIElement>;
  #texts!: Texts;

  constructor(
    readonly me: string,
    show: (user: string) => void,
    close: () => void,
  ) {
    this.#close = h("button", { type: "button", class: "quiet drawer-only", click: close }, icon("close"));
    this.element = h("aside", { class: "people", id: "people", "aria-labelledby": "people-title" }, h("div", { class: "people-head" }, this.#title, this.#close), this.#list, this.#more);
    const make = (user: string) =>
      h(
        "li",
        {},
        h(
          "button",
          { type: "button", class: "item", "data-testid": "member", "data-user": user, click: () => show(user) },
          avatar(user),
          h("span", { class: "name", dir: "auto" }, user),
          user === me && h("span", { class: "you" }),
        ),
      );
    this.#members = new Keyed(this.#list, make, (element, user) => this.#update(element, user));
  }

  render({ kind, members, count }: Conversation, t: Texts): void {
    this.#texts = t;
    this.element.hidden = kind !== "room";
    if (kind !== "room") return;
    setText(this.#title, `${t.people} · ${count}`);
    this.#close.setAttribute("aria-label", t.close);
    this.#members.show(members, (user) => user);
    const more = count - members.length;
    this.#more.hidden = more <= 0;
    setText(this.#more, t.more(more));
  }

  #update(element: HTMLLIElement, user: string): void {
    const button = element.firstElementChild as HTMLElement;
    const title = user === this.me ? this.#texts.notes : this.#texts.writeTo(user);
    button.firstElementChild!.classList.add("here");
    if (button.title !== title) button.title = title;
    if (user === this.me) setText(button.lastElementChild!, this.#texts.you);
  }
}

