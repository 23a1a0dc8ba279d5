import type { Conversation } from "./conversation.js";
import { avatar, h, Keyed, setText } from "./dom.js";
import { icon } from "./icons.js";
import type { Store } from "./store.js";
import type { Texts } from "./texts.js";

export interface SidebarActions {
  show(conversation: Conversation): void;
  join(room: string): void;
}

/** Rooms and direct conversations, with what is unread. */
export class Sidebar {
  readonly element: HTMLElement;
  readonly #roomsTitle = h("h2", { id: "rooms-title" });
  readonly #directTitle = h("h2", { id: "direct-title" });
  readonly #roomList = h("ul", { "aria-labelledby": "rooms-title" });
  readonly #directList = h("ul", { "aria-labelledby": "direct-title" });
  readonly #noDirect = h("p", { class: "hint" });
  readonly #input = h("input", { maxlength: 60, "data-testid": "room-input", autocomplete: "off", enterkeyhint: "go", spellcheck: "false" });
  readonly #button = h("button", { type: "submit", class: "quiet", "data-testid": "room-join" }, icon("plus"));
  readonly #rooms: Keyed<Conversation, HTMLLIElement>;
  readonly #direct: Keyed<Conversation, HTMLLIElement>;
  #texts!: Texts;

  constructor(
    readonly store: Store,
    readonly actions: SidebarActions,
  ) {
    const join = h("form", { class: "join", submit: (event: Event) => this.#join(event) }, this.#input, this.#button);
    this.element = h("nav", { class: "lists" }, this.#roomsTitle, this.#roomList, join, this.#directTitle, this.#directList, this.#noDirect);
    const make = (one: Conversation) => this.#make(one);
    const update = (element: HTMLLIElement, one: Conversation) => this.#update(element, one);
    this.#rooms = new Keyed(this.#roomList, make, update);
    this.#direct = new Keyed(this.#directList, make, update);
  }

  render(t: Texts): void {
    this.#texts = t;
    this.element.setAttribute("aria-label", t.roomsAndMore);
    setText(this.#roomsTitle, t.rooms);
    setText(this.#directTitle, t.direct);
    setText(this.#noDirect, t.noDirect);
    this.#input.placeholder = t.joinRoom;
    this.#input.setAttribute("aria-label", t.joinRoom);
    this.#button.setAttribute("aria-label", t.join);
    this.#button.title = t.join;
    this.#rooms.show(this.store.of("room"), (one) => one.key);
    const direct = this.store.of("user");
    this.#direct.show(direct, (one) => one.key);
    this.#noDirect.hidden = direct.length > 0;
  }

  #make(one: Conversation): HTMLLIElement {
    const room = one.kind === "room";
    return h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          "data-testid": room ? "room" : "conversation",
          [room ? "data-room" : "data-user"]: one.name,
          title: one.name,
          click: () => this.actions.show(one),
        },
        room ? h("span", { class: "hash", "aria-hidden": "true" }, "#") : avatar(one.name),
        h("span", { class: "name", dir: "auto" }, one.name),
        h("span", { class: "badge" }, h("span", { "aria-hidden": "true" }), h("span", { class: "hidden" })),
      ),
    );
  }

  #update(element: HTMLLIElement, one: Conversation): void {
    const button = element.firstElementChild as HTMLElement;
    const active = one.key === this.store.active;
    const { unread } = one;
    const drafted = one.draft.trim() !== "" && !active;
    button.className = `item${active ? " active" : ""}${unread > 0 ? " unread" : ""}${drafted ? " drafted" : ""}`;
    button.dataset["unread"] = String(unread);
    if (active) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
    if (one.kind === "user") button.firstElementChild!.classList.toggle("here", this.store.isOnline(one.name));
    const badge = button.lastElementChild as HTMLElement;
    badge.hidden = unread === 0;
    setText(badge.firstElementChild!, unread > 99 ? "99+" : String(unread));
    setText(badge.lastElementChild!, this.#texts.unread(unread));
  }

  #join(event: Event): void {
    event.preventDefault();
    const room = this.#input.value.trim().replace(/^#\s*/, "").normalize("NFC");
    if (room === "") return this.#input.focus();
    this.#input.value = "";
    this.actions.join(room);
  }
}
