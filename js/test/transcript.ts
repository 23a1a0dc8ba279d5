import assert from "node:assert/strict";
import type { Effect, Report } from "#client/effects.js";
import { settings } from "#client/options.js";
import { Session } from "#client/session.js";

type Output = { say: unknown } | { close: number } | { report: string; json?: unknown };

/** The lines of a transcript that concern one client, with time. */
export interface Transcript {
  readonly title: string;
  readonly lines: readonly string[];
}

export function read(text: string): Transcript {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const title = lines[0]?.replace(/^# /, "") ?? "";
  return { title, lines: lines.filter((line) => !line.startsWith("#")) };
}

/** Those who have code of their own in it: `ann!`. */
export function clients({ lines }: Transcript): string[] {
  return [...new Set(lines.flatMap((line) => /^(\w+)! /.exec(line)?.[1] ?? []))];
}

/** Plays the part of `name` on the pure machine; what it says and reports must be as written. */
export function replay({ lines }: Transcript, name: string): void {
  const player = new Player(
    lines.some((line) => line.startsWith(`${name}! token `)),
    lines.some((line) => line.startsWith(`${name}! code `)),
    lines.find((line) => line.startsWith(`${name}! protocol `))?.split(" ")[2],
  );
  for (const line of lines) {
    const [, who, mark, rest] = /^(\w+)([!><=]?) (.*)$/.exec(line) ?? [];
    try {
      if (line.startsWith("+")) player.pass(line);
      else if (who === name) player.play(mark!, rest!);
    } catch (error) {
      throw new Error(`at "${line}": ${(error as Error).message}`, { cause: error });
    }
  }
  assert.deepEqual(player.outputs, [], "nothing is left that the transcript does not have");
}

class Player {
  readonly outputs: Output[] = [];
  readonly #bound = new Map<string, unknown>();
  readonly #asked = new Map<number, string>();
  #question: string | number = "";
  #names = 0;
  #now = 0;
  #tokenRequest = 0;
  #returning = false;
  readonly #session: Session;

  constructor(tokens: boolean, codes: boolean, hash?: string) {
    const supplier = () => assert.fail("nobody asks it here");
    const options = tokens ? { token: supplier } : codes ? { bindCode: supplier } : {};
    this.#session = new Session(settings(options, hash), { random: () => 1, newId: () => `made-up-${++this.#names}` });
  }

  pass(line: string): void {
    const [, amount, unit] = /^\+(\d+)(ms|s|m)$/.exec(line) ?? assert.fail("not a time");
    const end = this.#now + Number(amount) * { ms: 1, s: 1000, m: 60_000 }[unit as "ms" | "s" | "m"];
    while (this.#session.deadline() <= end) {
      this.#now = Math.max(this.#now, this.#session.deadline());
      this.#session.tick(this.#now);
      this.#collect();
    }
    this.#now = end;
  }

  play(mark: string, rest: string): void {
    if (mark === ">") this.#said(rest);
    else if (mark === "=") this.#reported(rest);
    else {
      if (mark === "!") this.#call(rest);
      else if (mark === "<") this.#hear(rest);
      else if (rest === "open") this.#session.opened();
      else if (rest === "lost") this.#session.lost(this.#now, 1006);
      else assert.fail("not a line of a transcript");
      this.#collect();
    }
  }

  #call(call: string): void {
    const [, verb, ...words] = /^(\w+) ?(\S*) ?(\S*) ?(.*)$/.exec(call)!;
    const [first, second, third] = words as [string, string, string];
    const talk = this.#session.conversation;
    const ask = (ticket: number) => this.#asked.set(ticket, verb!);
    switch (verb) {
      case "connect":
        this.#returning = false;
        return this.#session.connect(this.#now);
      case "protocol": // known to the constructor
        return;
      case "close":
        return this.#session.close(this.#now);
      case "token":
      case "code":
        return this.#session.token(this.#now, this.#tokenRequest, first);
      case "no": // token
        return this.#session.noToken(this.#now, this.#tokenRequest, "token: none");
      case "join":
        ask(talk.join(this.#now, first, second === "recent" ? { recent: Number(third) } : {}));
        return;
      case "watch":
        ask(talk.userStatus(this.#now, [first], true));
        return;
      case "leave":
        ask(talk.leave(this.#now, first));
        return;
      case "publish":
        ask(talk.publish(this.#now, { room: first }, second, JSON.parse(third)));
        return;
      case "direct":
        ask(talk.publish(this.#now, { user: first }, second, JSON.parse(third)));
        return;
      case "fleeting":
        talk.fleeting({ room: first }, second, JSON.parse(third));
        return;
      case "request":
        ask(talk.request(this.#now, first, JSON.parse(`${second} ${third}`)));
        return;
      case "reply":
        return talk.reply(this.#question, first, JSON.parse(second));
      case "history":
        ask(talk.history(this.#now, { room: first }, second === "before" ? { before: Number(third) } : {}));
        return;
      default:
        assert.fail(`unknown call ${verb}`);
    }
  }

  #hear(line: string): void {
    if (line === "ping" || line === "pong") return;
    const [, code, reason] = /^close (\d+) ?(.*)$/.exec(line) ?? [];
    if (code) return this.#session.lost(this.#now, Number(code), reason, true);
    for (const [, name] of line.matchAll(/"timestamp":"(\$\w+)"/g)) {
      if (!this.#bound.has(name!)) this.#bound.set(name!, 1 + this.#bound.size);
    }
    this.#session.received(this.#now, this.#filled(JSON.parse(line)));
  }

  #said(line: string): void {
    const output = this.outputs.shift();
    const [, code] = /^close (\d+)/.exec(line) ?? [];
    if (code) {
      assert.deepEqual(output, { close: Number(code) });
      this.#session.lost(this.#now, Number(code), "", true);
      return this.#collect();
    }
    assert.ok(output && "say" in output, `says nothing (next is ${JSON.stringify(output)})`);
    this.#match(output.say, JSON.parse(line));
  }

  #reported(line: string): void {
    const output = this.outputs.shift();
    assert.ok(output && "report" in output, `reports nothing (next is ${JSON.stringify(output)})`);
    const at = line.indexOf("{");
    assert.equal(output.report, at < 0 ? line : line.slice(0, at).trimEnd());
    if (at >= 0) this.#match(output.json, JSON.parse(line.slice(at)));
  }

  #collect(): void {
    for (const effect of this.#session.take()) {
      if (effect.kind === "report") this.#returning ||= effect.name === "reconnect";
      const output = effect.kind === "report" ? reported(effect, this.#returning) : this.#done(effect);
      if (output) this.outputs.push(output);
    }
  }

  #done(effect: Exclude<Effect, Report>): Output | undefined {
    if (effect.kind === "send") return { say: JSON.parse(effect.text) };
    if (effect.kind === "close") return { close: effect.code };
    if (effect.kind === "abandon") return effect.code === undefined ? undefined : { close: effect.code };
    if (effect.kind === "token") {
      this.#tokenRequest = effect.request;
      return { report: "token" };
    }
    if (effect.kind === "asked") {
      this.#question = effect.id;
      return { report: `asked ${effect.type}`, json: effect.data };
    }
    if (effect.kind === "refuse") return { report: `refused ${effect.error.code}` };
    if (effect.kind !== "settle") return undefined;
    const value = effect.value as any;
    switch (this.#asked.get(effect.ticket)) {
      case "publish":
      case "direct":
        return { report: `published ${value.seq}` };
      case "request":
        return { report: `reply ${value.type}`, json: value.data };
      case "history":
        return { report: `page ${value.messages.length} ${value.more ? "more" : "end"}` };
      default:
        return undefined;
    }
  }

  /** What the server says, with a value for every `"$name"`. */
  #filled(value: unknown): unknown {
    return mapStrings(value, (text) => {
      if (!/^\$\w+$/.test(text)) return text;
      if (!this.#bound.has(text)) this.#bound.set(text, `bound-${text.slice(1)}`);
      return this.#bound.get(text);
    });
  }

  #match(actual: unknown, expected: unknown): void {
    this.#bind(actual, expected);
    assert.deepEqual(actual, this.#filled(expected));
  }

  /** Gives every `"$name"` and `"…"` of `expected` the value that stands there. */
  #bind(actual: any, expected: any): void {
    if (typeof expected !== "object" || expected === null || typeof actual !== "object" || actual === null) return;
    for (const [key, value] of Object.entries(expected)) {
      if (value === "…" && key in actual) expected[key] = actual[key];
      else if (typeof value === "string" && /^\$\w+$/.test(value) && !this.#bound.has(value) && key in actual) {
        this.#bound.set(value, actual[key]);
      } else this.#bind(actual[key], value);
    }
  }
}

function reported({ name, event }: Report, returning: boolean): Output | undefined {
  switch (name) {
    case "message":
      return { report: "message", json: event };
    case "room_joined":
      return { report: `joined ${event.room} ${event.seq}` };
    case "room_left":
      return { report: `left ${event.room}` };
    case "user_joined":
    case "user_left":
      return { report: `${name} ${event.room} ${event.user}` };
    case "user_status":
      return { report: `status ${event.user} ${event.online ? "online" : "offline"}` };
    case "users_changed":
      return { report: `users_changed ${event.room} ${event.count}` };
    case "gap":
      return { report: `gap ${event.room ?? event.user ?? "everyone"}` };
    case "close":
      return { report: `close ${event.code} ${event.clean ? "clean" : "unclean"}` };
    case "reconnect":
    case "reconnect_success":
    case "reconnect_failed":
      return { report: `${name} ${event.attempt}` };
    case "protocol_mismatch":
      return { report: `${name} ${event.server} ${event.client}` };
    case "open":
      return { report: "open" };
    case "error":
      if (event.code === "not_authenticated") return returning ? undefined : { report: "connect_failed" };
      return event.code === "closed" ? { report: "connect_failed" } : undefined;
    case "authenticated":
      return { report: `authenticated ${event.user}${event.renewed ? " renewed" : ""}` };
    case "auth_failed":
      return { report: `auth_failed ${event.again ? "again" : "final"}` };
    case "auth_expiring":
      return { report: `auth_expiring ${event.expiresIn}` };
    default:
      return undefined;
  }
}

function mapStrings(value: unknown, map: (text: string) => unknown): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, map)]));
}
