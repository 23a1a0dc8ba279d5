import { avatar, h } from "./dom.js";
import type { Conversation, Store } from "./store.js";
import type { Texts } from "./texts.js";

export interface SidebarActions {
  show(conversation: Conversation): void;
  join(room: string): void;
}

/** Rooms and direct conversations, with what is unread. */
export class Sidebar {
  readonly element = h("nav", { class: "lists" });

  constructor(
    readonly store: Store,
    readonly actions: SidebarActions,
  ) {}

  render(t: Texts): void {
    const { store } = this;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset["key"] : undefined;
    const input = this.element.querySelector<HTMLInputElement>("input");
    const typed = input?.value ?? "";
    const typing = input !== null && input === document.activeElement;
    const direct = store.of("user");
    this.element.replaceChildren(
      h("h2", {}, t.rooms),
      h("ul", {}, ...store.of("room").map((one) => this.#item(one))),
      h(
        "form",
        { class: "join", submit: (event: Event) => this.#join(event) },
        h("input", { placeholder: t.joinRoom, "aria-label": t.joinRoom, maxlength: 60, value: typed, "data-testid": "room-input", autocomplete: "off" }),
        h("button", { type: "submit", "data-testid": "room-join" }, t.join),
      ),
      h("h2", {}, t.direct),
      direct.length === 0 ? h("p", { class: "hint" }, t.noDirect) : h("ul", {}, ...direct.map((one) => this.#item(one))),
    );
    if (typing) {
      const again = this.element.querySelector("input")!;
      again.focus();
      again.setSelectionRange(typed.length, typed.length);
    } else if (focused !== undefined) this.element.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #item(one: Conversation): HTMLElement {
    const active = one.key === this.store.active;
    const room = one.kind === "room";
    return h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: `item${active ? " active" : ""}${one.unread > 0 ? " unread" : ""}`,
          "aria-current": active ? "page" : undefined,
          "data-key": one.key,
          "data-testid": room ? "room" : "conversation",
          [room ? "data-room" : "data-user"]: one.name,
          click: () => this.actions.show(one),
        },
        room ? h("span", { class: "hash", "aria-hidden": "true" }, "#") : avatar(one.name),
        h("span", { class: "name", dir: "auto" }, one.name),
        one.unread > 0 && h("span", { class: "count" }, one.unread > 99 ? "99+" : String(one.unread)),
      ),
    );
  }

  #join(event: Event): void {
    event.preventDefault();
    const input = this.element.querySelector<HTMLInputElement>("input")!;
    const room = input.value.trim().replace(/^#/, "").normalize("NFC");
    if (room === "") return;
    input.value = "";
    this.actions.join(room);
  }
}
