import { Composer } from "./composer.js";
import { controls } from "./controls.js";
import { avatar, h, icon, icons } from "./dom.js";
import { nameProblem } from "./gate.js";
import { Messages } from "./messages.js";
import { save, type Settings } from "./settings.js";
import { Sidebar } from "./sidebar.js";
import { Status } from "./status.js";
import { Store, type Conversation } from "./store.js";
import { Talk } from "./talk.js";
import { texts, type Texts } from "./texts.js";
import { Toasts } from "./toasts.js";

const RECHECK_ATTEMPT = 3;

/** The chat, once one has a name. */
export class App {
  readonly element = h("div", { class: "app" });
  readonly #store: Store;
  readonly #talk: Talk;
  readonly #status: Status;
  readonly #sidebar: Sidebar;
  readonly #messages: Messages;
  readonly #composer: Composer;
  readonly #toasts = new Toasts();
  readonly #announcer = h("div", { class: "hidden", "aria-live": "polite" });
  readonly #title = h("h1", { class: "title", dir: "auto" });
  readonly #subtitle = h("p", { class: "subtitle" });
  readonly #typing = h("p", { class: "typing", "data-testid": "typing", "aria-live": "polite" });
  readonly #people = h("aside", { class: "people", id: "people" });
  readonly #foot = h("div", { class: "foot" });
  readonly #head = h("div", { class: "head-actions" });
  readonly #life = new AbortController();
  #frame = 0;

  constructor(
    readonly settings: Settings,
    readonly leave: (problem?: "taken" | "reserved" | "invalid") => void,
  ) {
    this.#store = new Store(settings.name, settings.read);
    for (const room of settings.rooms) this.#store.open("room", room);
    this.#store.active = `room:${settings.rooms[0]}`;
    this.#talk = new Talk(this.#store, {
      changed: () => this.#later(),
      heard: (conversation, row) => {
        if (conversation.key !== this.#store.active || document.hidden) return;
        this.#announcer.textContent = this.#t.newFrom(row.from, row.text);
      },
      notify: (level, text) => this.#toasts.add(level, text, this.#t.close),
    });
    this.#status = new Status(this.#talk.client, () => this.#t, (attempt) => void this.#recheck(attempt));
    this.#sidebar = new Sidebar(this.#store, { show: (one) => this.#show(one), join: (room) => void this.#join(room) });
    this.#messages = new Messages(
      {
        older: () => void this.#talk.older(this.#store.current),
        retry: (row) => void this.#talk.send(this.#store.current, row.text, row),
        read: () => this.#read(),
      },
      this.#t,
      settings.language,
    );
    this.#composer = new Composer(
      {
        send: (text) => void this.#talk.send(this.#store.current, text),
        typing: (on) => this.#talk.typed(this.#store.current, on),
      },
      this.#t,
    );
    this.#build();
    const { signal } = this.#life;
    document.addEventListener("visibilitychange", () => this.#later(), { signal });
    addEventListener("keydown", (event) => event.key === "Escape" && this.#drawer(undefined), { signal });
    this.#draw();
    void this.#start();
  }

  get #t(): Texts {
    return texts[this.settings.language];
  }

  async #start(): Promise<void> {
    try {
      await this.#talk.start(this.settings.rooms);
    } catch {
      // The status line says it, and offers the way back.
    }
  }

  #build(): void {
    const scrim = h("button", { class: "scrim", type: "button", tabindex: "-1", "aria-hidden": "true", click: () => this.#drawer(undefined) });
    this.element.append(
      h("header", { class: "side", id: "side" }, h("div", { class: "brand" }, h("img", { src: "/favicon.svg", alt: "", width: 28, height: 28 }), "Switchboard"), this.#sidebar.element, this.#foot),
      h(
        "main",
        { class: "main" },
        h("div", { class: "bar" }, h("div", { class: "names" }, this.#title, this.#subtitle), this.#status.element, this.#head),
        this.#messages.element,
        this.#typing,
        this.#composer.element,
      ),
      this.#people,
      scrim,
      this.#toasts.element,
      this.#announcer,
    );
  }

  /** Draws at most once a frame, however much comes in. */
  #later(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
    if (document.hidden) document.title = this.#pageTitle();
  }

  #draw(): void {
    const conversation = this.#store.current;
    const t = this.#t;
    if (!document.hidden && this.#messages.atEnd) this.#read(false);
    this.#title.textContent = conversation.kind === "room" ? `# ${conversation.name}` : conversation.name;
    this.#subtitle.textContent = conversation.kind === "room" ? t.peopleCount(conversation.count) : t.directTitle;
    this.#sidebar.render(t);
    this.#messages.show(conversation);
    this.#composer.show(conversation, t);
    this.#drawTyping(conversation, t);
    this.#drawHead(conversation, t);
    this.#drawPeople(conversation, t);
    this.#drawFoot(t);
    document.getElementById("skip")!.textContent = t.skip;
    document.title = this.#pageTitle();
  }

  #pageTitle(): string {
    const unread = this.#store.unread;
    const { kind, name } = this.#store.current;
    return `${unread > 0 ? `(${unread}) ` : ""}${kind === "room" ? "#" : ""}${name} · Switchboard`;
  }

  #drawTyping(conversation: Conversation, t: Texts): void {
    const [a, b, ...more] = [...conversation.typing.keys()];
    const text = a === undefined ? "" : b === undefined ? t.typing1(a) : more.length === 0 ? t.typing2(a, b) : t.typingMany;
    if (this.#typing.textContent !== text) this.#typing.textContent = text;
  }

  #drawHead(conversation: Conversation, t: Texts): void {
    const button = (name: string, path: string, click: () => void, kind: string) =>
      h("button", { type: "button", class: `quiet ${kind}`, "aria-label": name, title: name, click }, icon(path));
    this.#head.replaceChildren(
      button(t.menu, icons.menu, () => this.#drawer("side"), "narrow"),
      conversation.kind === "room" ? button(t.leave, icons.leave, () => void this.#leaveRoom(conversation), "wide") : "",
      conversation.kind === "room" ? button(t.people, icons.people, () => this.#drawer("people"), "medium") : "",
    );
  }

  #drawPeople(conversation: Conversation, t: Texts): void {
    this.#people.hidden = conversation.kind !== "room";
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset["user"] : undefined;
    this.#people.replaceChildren(
      h("h2", {}, t.people, " ", h("span", { class: "count" }, String(conversation.count))),
      h(
        "ul",
        {},
        ...conversation.members.map((user) =>
          h(
            "li",
            {},
            h(
              "button",
              { type: "button", class: "item", "data-testid": "member", "data-user": user, disabled: user === this.#store.me, title: user === this.#store.me ? t.you : t.writeTo(user), click: () => this.#show(this.#store.open("user", user)) },
              avatar(user),
              h("span", { class: "name", dir: "auto" }, user),
              user === this.#store.me && h("span", { class: "me" }, t.you),
            ),
          ),
        ),
      ),
    );
    if (focused !== undefined) this.#people.querySelector<HTMLElement>(`[data-user="${CSS.escape(focused)}"]`)?.focus();
  }

  #drawFoot(t: Texts): void {
    if (this.#foot.contains(document.activeElement) && this.#foot.dataset["language"] === this.settings.language) return;
    this.#foot.dataset["language"] = this.settings.language;
    const looks = controls(this.settings, () => {
      this.#messages.speak(this.#t, this.settings.language);
      this.#status.render();
      this.#draw();
    });
    this.#foot.replaceChildren(
      h("div", { class: "self" }, avatar(this.#store.me), h("span", { class: "name", dir: "auto" }, this.#store.me), h("button", { type: "button", class: "link", click: () => this.#signOut() }, t.signOut)),
      looks,
    );
  }

  #drawer(which: "side" | "people" | undefined): void {
    if (which && this.element.dataset["drawer"] !== which) {
      this.element.dataset["drawer"] = which;
      document.getElementById(which)?.querySelector<HTMLElement>("button, input")?.focus();
    } else delete this.element.dataset["drawer"];
  }

  #show(conversation: Conversation): void {
    this.#store.active = conversation.key;
    conversation.divider = conversation.unread > 0 ? conversation.read : 0;
    this.#drawer(undefined);
    this.#draw();
    this.#read();
    this.#composer.focus();
  }

  #read(draw = true): void {
    const conversation = this.#store.current;
    if (document.hidden || !conversation.markRead()) return;
    this.settings.read[conversation.key] = conversation.read;
    save(this.settings);
    if (draw) this.#later();
  }

  async #join(room: string): Promise<void> {
    try {
      const conversation = await this.#talk.join(room);
      if (!this.settings.rooms.includes(room)) this.settings.rooms.push(room);
      save(this.settings);
      this.#show(conversation);
    } catch (error) {
      this.#toasts.add("error", (error as Error).message, this.#t.close);
    }
  }

  async #leaveRoom(conversation: Conversation): Promise<void> {
    try {
      await this.#talk.leave(conversation);
      this.settings.rooms = this.settings.rooms.filter((room) => room !== conversation.name);
      save(this.settings);
      const next = this.#store.of("room")[0] ?? this.#store.of("user")[0];
      if (next) this.#show(next);
      else await this.#join("general");
    } catch (error) {
      this.#toasts.add("error", (error as Error).message, this.#t.close);
    }
  }

  /** A browser can't see why an upgrade was refused: after some attempts the server is asked whether the name is the reason. */
  async #recheck(attempt: number): Promise<void> {
    if (attempt !== RECHECK_ATTEMPT) return;
    const problem = await nameProblem(this.#store.me);
    if (problem !== undefined && problem !== "unreachable") this.#signOut(problem);
  }

  #signOut(problem?: "taken" | "reserved" | "invalid"): void {
    this.#life.abort();
    this.#talk.client.close();
    this.leave(problem);
  }
}
