import type { Conversation, Hole, Row } from "./conversation.js";
import { avatar, h, Keyed, setText } from "./dom.js";
import { icon } from "./icons.js";
import { layout, type Item } from "./layout.js";
import { drawRow, newRow, unreadable } from "./row.js";
import type { Texts } from "./texts.js";
import type { Times } from "./times.js";

const NEAR_END = 60;
const NEAR_TOP = 200;

export interface MessageActions {
  older(): void;
  retry(row: Row): void;
  fill(hole: Hole): void;
  /** The reader came to the end of the list, or left it. */
  scrolled(): void;
}

export interface MessageLook {
  readonly texts: Texts;
  readonly times: Times;
  readonly connected: boolean;
}

/**
 * The list of messages. It stays at the end while the reader is there, and otherwise where the reader is, also when older
 * messages come in above.
 */
export class Messages {
  readonly element: HTMLElement;
  readonly #top = h("div", { class: "top" });
  readonly #list = h("ol", { class: "rows" });
  readonly #inner = h("div", { class: "inner" }, this.#top, this.#list);
  readonly #scroller = h("div", { class: "scroller", tabindex: "0", role: "log", "aria-live": "off", "data-testid": "messages" }, this.#inner);
  readonly #jumpText = h("span");
  readonly #jump = h("button", { class: "jump", type: "button", hidden: true, "data-testid": "jump", click: () => this.#toLatest() }, icon("down"), this.#jumpText);
  readonly #items: Keyed<Item, HTMLLIElement>;
  #conversation: Conversation | undefined;
  #look: MessageLook | undefined;
  #topDrawn = "";
  #atEnd = true;

  constructor(
    readonly actions: MessageActions,
    /** Lies over the list. */
    over: HTMLElement,
  ) {
    this.element = h("div", { class: "messages" }, this.#scroller, this.#jump, over);
    this.#items = new Keyed<Item, HTMLLIElement>(this.#list, (item) => this.#make(item), (element, item) => this.#update(element, item));
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    const stay = new ResizeObserver(() => this.#atEnd && this.toEnd());
    stay.observe(this.#scroller);
    stay.observe(this.#inner);
  }

  get atEnd(): boolean {
    return this.#atEnd;
  }

  show(conversation: Conversation, look: MessageLook): void {
    const other = this.#conversation !== conversation;
    if (other || this.#look?.texts !== look.texts) this.#items.clear();
    if (other) this.#atEnd = true;
    this.#conversation = conversation;
    this.#look = look;
    this.#scroller.setAttribute("aria-label", look.texts.messages(conversation.name));
    const anchor = this.#atEnd ? undefined : this.#anchor();
    this.#drawTop(conversation, look.texts);
    this.#items.show(layout(conversation), (item) => item.key);
    if (!anchor) this.toEnd();
    else if (anchor.element.isConnected) this.#scroller.scrollTop += anchor.element.getBoundingClientRect().top - anchor.top;
    this.#drawJump(conversation, look.texts);
  }

  toEnd(): void {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#atEnd = true;
  }

  #toLatest(): void {
    this.toEnd();
    this.actions.scrolled();
    this.#scroller.focus({ preventScroll: true });
  }

  /** The first row in sight, and where it is. */
  #anchor(): { element: Element; top: number } | undefined {
    const { top } = this.#scroller.getBoundingClientRect();
    let low = 0;
    let high = this.#list.children.length - 1;
    if (high < 0) return undefined;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#list.children[middle]!.getBoundingClientRect().bottom > top) high = middle;
      else low = middle + 1;
    }
    // A day or a line above new messages may move; what was said stays in its place.
    let element = this.#list.children[low];
    while (element && !element.classList.contains("row")) element = element.nextElementSibling ?? undefined;
    return element && { element, top: element.getBoundingClientRect().top };
  }

  #drawTop(conversation: Conversation, t: Texts): void {
    const { loaded, older, loading, name, kind, rows } = conversation;
    const drawn = JSON.stringify([conversation.key, loaded, older, loading, rows.length === 0, t.older]);
    if (drawn === this.#topDrawn) return;
    this.#topDrawn = drawn;
    if (!loaded) return this.#top.replaceChildren(this.#skeleton(t));
    if (older) {
      const button = h("button", { class: "older", type: "button", "data-testid": "older", click: () => this.actions.older() }, loading ? t.loadingOlder : t.older);
      return this.#top.replaceChildren(button);
    }
    const room = kind === "room";
    this.#top.replaceChildren(
      h(
        "div",
        { class: "beginning" },
        room ? h("span", { class: "hash-mark", "aria-hidden": "true" }, "#") : avatar(name),
        h("h2", { dir: "auto" }, room ? t.beginning(name) : name === conversation.me ? t.notes : t.beginningWith(name)),
        h("p", {}, name === conversation.me && !room ? t.emptyNotes : !room ? t.emptyDirect : rows.length === 0 ? t.emptyRoom : t.roomHint),
      ),
    );
  }

  #skeleton(t: Texts): HTMLElement {
    const line = () => h("div", { class: "ghost" }, h("span", { class: "ghost-face" }), h("span", { class: "ghost-lines" }));
    return h("div", { class: "ghosts", role: "status", "data-testid": "loading" }, h("span", { class: "hidden" }, t.loading), line(), line(), line());
  }

  #make(item: Item): HTMLLIElement {
    if (item.kind === "row") return newRow();
    return h("li", { class: `separator ${item.kind}`, "data-testid": item.kind }, h("span", {}));
  }

  /** Draws an item. One that fails takes no other along: it says that it can't be shown. */
  #update(element: HTMLLIElement, item: Item): void {
    try {
      this.#draw(element, item);
    } catch (error) {
      console.error(error);
      element.replaceChildren(unreadable(this.#look!.texts));
    }
  }

  #draw(element: HTMLLIElement, item: Item): void {
    const { texts, times, connected } = this.#look!;
    const label = element.firstElementChild;
    switch (item.kind) {
      case "row": {
        const own = item.row.from === this.#conversation!.me;
        return drawRow(element, { ...item, own, connected }, texts, times, this.actions.retry);
      }
      case "day":
        return setText(label!, times.day(item.time));
      case "new":
        return setText(label!, texts.newMessages);
      case "era":
        return setText(label!, texts.newEra);
      case "hole":
        return this.#drawHole(element, item.hole, texts);
    }
  }

  #drawHole(element: HTMLElement, hole: Hole, t: Texts): void {
    if (element.dataset["drawn"] === hole.state) return;
    element.dataset["drawn"] = hole.state;
    element.setAttribute("role", "status");
    element.replaceChildren(
      h("span", {}, hole.state === "lost" ? t.holeLost : t.hole),
      hole.state === "open" ? h("button", { type: "button", click: () => this.actions.fill(hole) }, t.holeLoad) : hole.state === "loading" ? t.loadingOlder : "",
    );
  }

  #drawJump(conversation: Conversation, t: Texts): void {
    this.#jump.hidden = this.#atEnd;
    setText(this.#jumpText, t.jump(conversation.unread));
  }

  #scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END;
    if (atEnd !== this.#atEnd) {
      this.#atEnd = atEnd;
      this.actions.scrolled();
    }
    if (scrollTop < NEAR_TOP && !atEnd && this.#conversation?.older && !this.#conversation.loading) this.actions.older();
  }
}
