import { avatar, h, icon, icons, linked } from "./dom.js";
import type { Conversation, Row } from "./store.js";
import type { Language, Texts } from "./texts.js";

const GROUP_MS = 5 * 60_000;
const NEAR_END = 80;

export interface MessageActions {
  older(): void;
  retry(row: Row): void;
  read(): void;
}

/**
 * The list of messages. Rows keep their elements; a change touches only what changed. It stays at the end while the reader is there, and where the reader is otherwise, also
 * when older rows come in above.
 */
export class Messages {
  readonly element: HTMLElement;
  readonly #list = h("ol", { class: "rows" });
  readonly #top = h("div", { class: "top" });
  readonly #scroller: HTMLElement;
  readonly #jump: HTMLButtonElement;
  readonly #elements = new Map<string, HTMLElement>();
  #conversation: Conversation | undefined;
  #texts: Texts;
  #language: Language;
  #atEnd = true;

  constructor(
    readonly actions: MessageActions,
    texts: Texts,
    language: Language,
  ) {
    this.#texts = texts;
    this.#language = language;
    this.#jump = h("button", { class: "jump", type: "button", hidden: true, click: () => this.#toEnd() });
    this.#scroller = h("div", { class: "scroller", tabindex: "0", role: "log", "aria-live": "off" }, this.#top, this.#list);
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.element = h("div", { class: "messages" }, this.#scroller, this.#jump);
    new ResizeObserver(() => this.#atEnd && this.#toEnd()).observe(this.#scroller);
  }

  speak(texts: Texts, language: Language): void {
    this.#texts = texts;
    this.#language = language;
    this.#reset();
  }

  show(conversation: Conversation): void {
    if (this.#conversation !== conversation) {
      this.#conversation = conversation;
      this.#reset();
      this.#atEnd = true;
    }
    this.render();
  }

  #reset(): void {
    this.#elements.clear();
    this.#list.replaceChildren();
  }

  render(): void {
    const conversation = this.#conversation;
    if (!conversation) return;
    const fromEnd = this.#scroller.scrollHeight - this.#scroller.scrollTop;
    const firstBefore = this.#list.firstElementChild;
    this.#renderTop(conversation);
    this.#renderRows(conversation);
    if (this.#atEnd) this.#toEnd();
    else if (firstBefore !== this.#list.firstElementChild) this.#scroller.scrollTop = this.#scroller.scrollHeight - fromEnd;
    this.#renderJump(conversation);
  }

  #renderTop(conversation: Conversation): void {
    const t = this.#texts;
    const name = conversation.kind === "room" ? `# ${conversation.name}` : conversation.name;
    const empty = conversation.rows.length === 0;
    this.#top.replaceChildren(
      conversation.older && !empty
        ? h(
            "button",
            { class: "older", type: "button", "data-testid": "older", disabled: conversation.loading, click: () => this.actions.older() },
            conversation.loading ? t.loadingOlder : t.older,
          )
        : h("div", { class: "beginning" }, h("strong", {}, t.beginning(name)), empty && h("p", {}, t.emptyHint)),
      conversation.gap ? h("p", { class: "gap", role: "status" }, t.gap) : "",
    );
  }

  #renderRows(conversation: Conversation): void {
    const wanted: HTMLElement[] = [];
    let before: Row | undefined;
    let divided = conversation.divider === 0;
    for (const row of conversation.rows) {
      const newDay = !before || new Date(before.time).toDateString() !== new Date(row.time).toDateString();
      const newHere = !divided && row.seq > conversation.divider && row.from !== conversation.me;
      if (newDay) wanted.push(this.#separator(`d${new Date(row.time).toDateString()}`, this.#day(row.time), "day"));
      if (newHere) {
        wanted.push(this.#separator("new", this.#texts.newMessages, "new"));
        divided = true;
      }
      const head = newDay || newHere || !before || before.from !== row.from || row.time - before.time > GROUP_MS;
      wanted.push(this.#row(row, head, conversation.me));
      before = row;
    }
    let at: Element | null = this.#list.firstElementChild;
    for (const element of wanted) {
      if (element === at) at = at.nextElementSibling;
      else this.#list.insertBefore(element, at);
    }
    while (at) {
      const next: Element | null = at.nextElementSibling;
      at.remove();
      at = next;
    }
  }

  #separator(key: string, text: string, kind: string): HTMLElement {
    let element = this.#elements.get(key);
    if (!element) {
      element = h("li", { class: `separator ${kind}` }, h("span", {}, text));
      this.#elements.set(key, element);
    }
    return element;
  }

  #row(row: Row, head: boolean, me: string): HTMLElement {
    const drawn = `${row.state}/${row.seq}/${head}`;
    const known = this.#elements.get(row.key);
    if (known?.dataset["drawn"] === drawn) return known;
    const element = known ?? h("li", { "data-testid": "message" });
    element.className = `row${head ? " head" : ""}${row.from === me ? " mine" : ""} ${row.state}`;
    Object.assign(element.dataset, { drawn, seq: String(row.seq), from: row.from, state: row.state });
    const time = new Date(row.time);
    const clock = new Intl.DateTimeFormat(this.#language, { hour: "2-digit", minute: "2-digit" }).format(time);
    const stamp = h("time", { datetime: time.toISOString(), title: time.toLocaleString(this.#language) }, clock);
    element.replaceChildren(
      head ? avatar(row.from) : stamp,
      h(
        "div",
        { class: "body" },
        head && h("div", { class: "by" }, h("strong", { dir: "auto" }, row.from), row.from === me && h("span", { class: "me" }, this.#texts.you), stamp),
        h("p", { class: "content", "data-testid": "content", dir: "auto" }, ...linked(row.text)),
        row.state === "pending" && h("span", { class: "sending" }, this.#texts.pending),
        row.state === "failed" &&
          h("span", { class: "failure" }, this.#texts.failed, " · ", h("button", { type: "button", click: () => this.actions.retry(row) }, this.#texts.retry)),
      ),
    );
    this.#elements.set(row.key, element);
    return element;
  }

  #day(time: number): string {
    const day = new Date(time).toDateString();
    if (day === new Date().toDateString()) return this.#texts.today;
    if (day === new Date(Date.now() - 86_400_000).toDateString()) return this.#texts.yesterday;
    return new Intl.DateTimeFormat(this.#language, { dateStyle: "full" }).format(time);
  }

  #renderJump(conversation: Conversation): void {
    this.#jump.hidden = this.#atEnd;
    this.#jump.replaceChildren(icon(icons.down), this.#texts.jump(conversation.unread));
  }

  get atEnd(): boolean {
    return this.#atEnd;
  }

  #scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END;
    if (atEnd !== this.#atEnd) {
      this.#atEnd = atEnd;
      if (atEnd) this.actions.read();
      if (this.#conversation) this.#renderJump(this.#conversation);
    }
    if (scrollTop < NEAR_END && !atEnd) this.actions.older();
  }

  #toEnd(): void {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#atEnd = true;
  }
}
