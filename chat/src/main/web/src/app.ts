import type { SwitchboardError } from "switchboard-client";
import { Composer } from "./composer.js";
import type { Conversation, Hole, Row } from "./conversation.js";
import { h, setText } from "./dom.js";
import { Drawers } from "./drawers.js";
import { foot } from "./foot.js";
import { nameProblem, type Problem } from "./gate.js";
import { Header, label } from "./header.js";
import { Messages } from "./messages.js";
import { People } from "./people.js";
import { icon } from "./icons.js";
import { notifyDialog } from "./notify.js";
import type { Settings } from "./settings.js";
import { Sidebar } from "./sidebar.js";
import { Status } from "./status.js";
import { Store } from "./store.js";
import { Talk } from "./talk.js";
import { Times } from "./times.js";
import { Toasts } from "./toasts.js";

/** A browser can't see why an upgrade was refused: every so many attempts the server is asked whether the name is the reason. */
const RECHECK_EVERY = 3;
/** What a screen reader was told is not to be found a second time when reading the page. */
const ANNOUNCED_MS = 1_000;
const ONLINE_EVERY_MS = 30_000;

/** The chat, once one has a name. */
export class App {
  readonly element = h("div", { class: "app", "data-testid": "app" });
  readonly #store: Store;
  readonly #talk: Talk;
  readonly #status: Status;
  readonly #header: Header;
  readonly #sidebar: Sidebar;
  readonly #people: People;
  readonly #messages: Messages;
  readonly #composer: Composer;
  readonly #drawers: Drawers;
  readonly #toasts = new Toasts();
  readonly #announcer = h("div", { class: "hidden", "aria-live": "polite" });
  readonly #typing = h("span", { class: "typing", "data-testid": "typing", "aria-live": "polite" });
  readonly #keys = h("span", { class: "keys" });
  readonly #bell = h("button", { type: "button", class: "quiet", "data-testid": "notify", click: () => this.#notify() }, icon("bell"));
  readonly #skip = h("a", { class: "skip", href: "#composer" });
  readonly #side = h("header", { class: "side", id: "side" });
  readonly #main = h("main", { class: "main" });
  readonly #life = new AbortController();
  #timer: ReturnType<typeof setInterval> | undefined;
  #times: Times;
  #frame = 0;

  constructor(
    readonly settings: Settings,
    readonly leave: (problem?: Problem) => void,
    readonly token?: string,
  ) {
    const store = new Store(settings.name, settings.read);
    this.#store = store;
    for (const room of settings.rooms) store.open("room", room);
    store.active = `room:${settings.rooms[0]}`;
    this.#times = new Times(settings.language, settings.texts);
    this.#talk = new Talk(store, {
      changed: () => this.#later(),
      heard: (conversation, from, text) => this.#heard(conversation, from, text),
      notify: (level, text) => this.#toasts.add(level, text, settings.texts),
      noticed: (level, from, text) => this.#toasts.add(level, settings.texts.newFrom(from, text ?? settings.texts.unreadable), settings.texts),
      rooms: () => this.#roomsChanged(),
    }, token);
    this.#talk.client.on("auth_failed", ({ again }) => {
      if (!again) this.#signOut("token");
    });
    this.#status = new Status(this.#talk.client, () => settings.texts, () => this.#later(), (attempt) => void this.#recheck(attempt));
    this.#sidebar = new Sidebar(store, { show: (one) => this.#show(one), join: (room) => void this.#join(room) });
    this.#people = new People(store.me, (user) => this.#show(store.open("user", user)), () => this.#drawers.close());
    this.#header = new Header(store, this.#status.element, {
      menu: () => this.#drawers.toggle(this.#side),
      people: () => this.#drawers.toggle(this.#people.element),
      leave: () => void this.#leaveRoom(store.current),
    });
    const reading = {
      older: () => void this.#talk.older(store.current),
      retry: (row: Row) => void this.#talk.send(store.current, row.text ?? "", row),
      fill: (hole: Hole) => void this.#talk.fill(store.current, hole),
      scrolled: () => this.#later(),
    };
    this.#messages = new Messages(reading, this.#toasts.element);
    this.#composer = new Composer({
      send: (text) => {
        this.#messages.toEnd();
        void this.#talk.send(store.current, text);
      },
      typing: (on) => this.#talk.typing.typed(store.current, on),
    });
    this.#drawers = new Drawers(this.element, this.#main);
    this.#build();
    this.#listen();
    this.#draw();
    this.#talk.start();
  }

  #build(): void {
    const logo = h("img", { src: "/favicon.svg", alt: "", width: 28, height: 28 });
    const own = foot(this.settings, () => this.#speak(), () => this.#signOut(), this.token !== undefined);
    const under = h("div", { class: "under" }, this.#typing, this.#keys);
    const scrim = h("div", { class: "scrim", click: () => this.#drawers.close() });
    this.#side.append(h("div", { class: "brand" }, logo, "Switchboard", this.#bell), this.#sidebar.element, own);
    this.#main.append(this.#header.element, this.#messages.element, this.#composer.element, under);
    this.element.append(this.#skip, this.#side, this.#main, this.#people.element, scrim, this.#announcer);
  }

  #listen(): void {
    const { signal } = this.#life;
    document.addEventListener("visibilitychange", () => this.#seen(), { signal });
    const escaped = (event: KeyboardEvent) => {
      const elsewhere = event.key !== "Escape" || event.isComposing || document.querySelector("dialog[open]") !== null;
      if (!elsewhere && !this.#drawers.close()) this.#toasts.closeLast();
    };
    addEventListener("keydown", escaped, { signal });
    this.#timer = setInterval(() => {
      if (this.#status.connected && this.#store.of("user").length > 0) this.#talk.whoIsOnline().catch(() => {});
    }, ONLINE_EVERY_MS);
  }

  /** Puts the cursor where one writes, unless that brings up a keyboard that hides half of the screen. */
  focus(): void {
    if (matchMedia("(pointer: fine)").matches) this.#composer.focus();
  }

  /** Draws at most once a frame, however much comes in. */
  #later(): void {
    if (document.hidden) document.title = this.#pageTitle();
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const { settings } = this;
    const conversation = this.#store.current;
    const t = settings.texts;
    this.#attend(conversation);
    this.#header.render(conversation, t);
    this.#sidebar.render(t);
    this.#people.render(conversation, t);
    this.element.classList.toggle("direct", conversation.kind === "user");
    this.#messages.show(conversation, { texts: t, times: this.#times, connected: this.#status.connected });
    this.#composer.show(conversation, t);
    const [a, b, ...more] = conversation.typing.keys();
    setText(this.#typing, a === undefined ? "" : b === undefined ? t.typing1(a) : more.length === 0 ? t.typing2(a, b) : t.typingMany);
    setText(this.#keys, t.keys);
    label(this.#bell, t.notify);
    setText(this.#skip, t.skip);
    document.title = this.#pageTitle();
  }

  /** What is in sight at the end of the list is read. What is not gets a line above it. */
  #attend(conversation: Conversation): void {
    const looking = !document.hidden && this.#messages.atEnd;
    if (!looking) {
      if (conversation.divider < conversation.read) conversation.divide();
      return;
    }
    conversation.trim();
    if (!conversation.markRead()) return;
    this.settings.read[conversation.key] = [conversation.epoch, conversation.read];
    this.settings.save();
  }

  /** The page is in sight again. */
  #seen(): void {
    if (document.hidden) return;
    this.#store.current.divide();
    this.#later();
  }

  #pageTitle(): string {
    const { unread, current } = this.#store;
    return `${unread > 0 ? `(${unread}) ` : ""}${current.kind === "room" ? "#" : ""}${current.name} · Switchboard`;
  }

  #heard(conversation: Conversation, from: string, text: string | undefined): void {
    const here = conversation.key === this.#store.active;
    if (!here && conversation.kind === "room") return;
    const t = this.settings.texts;
    const said = h("p", {}, t.newFrom(from, text ?? t.unreadable));
    this.#announcer.append(said);
    setTimeout(() => said.remove(), ANNOUNCED_MS);
  }

  #speak(): void {
    this.#times = new Times(this.settings.language, this.settings.texts);
    this.#status.render();
    this.#draw();
  }

  #show(conversation: Conversation): void {
    this.#talk.typing.typed(this.#store.current, false);
    this.#store.active = conversation.key;
    conversation.divider = 0;
    conversation.divide();
    this.#drawers.close();
    this.#draw();
    this.#messages.toEnd();
    this.#later();
    this.focus();
    if (conversation.kind === "user" && this.#status.connected) this.#talk.whoIsOnline().catch(() => {});
  }

  async #join(name: string): Promise<void> {
    try {
      this.#show(this.#store.find("room", name) ?? (await this.#talk.join(name)));
    } catch (error) {
      const t = this.settings.texts;
      const { code, message } = error as SwitchboardError;
      this.#toasts.add("error", code === "invalid" || code === "bad_message" ? t.roomInvalid : message, t);
    }
  }

  async #leaveRoom(room: Conversation): Promise<void> {
    try {
      await this.#talk.leave(room);
    } catch (error) {
      this.#toasts.add("error", (error as Error).message, this.settings.texts);
    }
  }

  #notify(): void {
    const t = this.settings.texts;
    this.#drawers.close();
    const dialog = notifyDialog(this.#store.people(), t, async (notification, user) => {
      try {
        await this.#talk.notify(notification, user);
        if (user !== undefined && user !== this.#store.me) this.#toasts.add("success", t.notifySent(user), t);
      } catch (error) {
        this.#toasts.add("error", (error as Error).message, t);
      }
    });
    this.element.append(dialog);
    dialog.showModal();
  }

  /** Remembers the rooms, and goes elsewhere if the one in sight was left. */
  #roomsChanged(): void {
    const rooms = this.#store.of("room");
    this.settings.rooms = rooms.length > 0 ? rooms.map(({ name }) => name) : ["general"];
    this.settings.save();
    if (this.#store.conversations.has(this.#store.active)) return this.#later();
    const next = rooms[0] ?? this.#store.of("user")[0];
    if (next) this.#show(next);
    else void this.#join("general");
  }

  async #recheck(attempt: number): Promise<void> {
    if (attempt % RECHECK_EVERY !== 0 || this.token !== undefined) return;
    const problem = await nameProblem(this.#store.me);
    if (problem !== undefined && problem !== "unreachable" && !this.#status.connected) this.#signOut(problem);
  }

  #signOut(problem?: Problem): void {
    this.#life.abort();
    clearInterval(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.#status.close();
    this.#talk.close();
    this.leave(problem);
  }
}
