import assert from "node:assert/strict";
import { once as nodeOnce } from "node:events";
import { createServer } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { WebSocket } from "ws";
import { Client, SwitchboardError, type Events, type Options } from "#client/index.js";
import { obliging, Server } from "./server.js";

interface Chat {
  chat: { n?: number; message?: string };
  typing: { on: boolean };
  ask: { n: number };
}

let server: Server;
const clients: Client<Chat>[] = [];

beforeEach(async () => {
  server = obliging(await Server.start());
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.stop();
});

function client(options: Options = {}, url: string | (() => string | Promise<string>) = server.url): Client<Chat> {
  const made = new Client<Chat>(url, { WebSocket, reconnectBackoff: "fixed", reconnectDelay: 5, ...options });
  clients.push(made);
  return made;
}

function next<Name extends keyof Events<Chat>>(from: Client<Chat>, name: Name): Promise<Events<Chat>[Name]> {
  return new Promise((resolve) => from.once(name, resolve));
}

test("entries that follow a join reach listeners that are added after the await", async () => {
  const join = server.on.join_room!;
  server.on.join_room = (message, socket, at) => {
    join({ ...message }, socket, at);
    server.send({ type: "chat", room: message.room, seq: 1, from: "bob", timestamp: 1, data: { n: 1 } }, socket);
  };
  const ann = client();
  await ann.connect();
  assert.equal(ann.user, "ann");
  const enter = async () => ann.join("general", { recent: 5 });
  const room = await enter();
  const heard = new Promise((resolve) => room.on("chat", (data, { seq }) => resolve([data.n, seq])));
  assert.deepEqual(await heard, [1, 1]);
  assert.deepEqual([room.members, room.count], [["ann"], 1]);
});

test("members follow those who come and go", async () => {
  const ann = client();
  await ann.connect();
  const room = await ann.join("general");
  const came = next(ann, "user_joined");
  server.send({ type: "user_joined", room: "general", user: "bob", count: 2 });
  await came;
  assert.deepEqual(room.members, ["ann", "bob"]);
  const went = next(ann, "user_left");
  server.send({ type: "user_left", room: "general", user: "ann", count: 1 });
  await went;
  assert.deepEqual([room.members, room.count], [["bob"], 1]);
});

test("a connection lost again and again loses and repeats nothing", async () => {
  const log: string[] = [];
  const names = new Set<string>();
  server.on.chat = ({ id, messageId, data }, socket) => {
    if (!names.has(messageId)) log.push(data.n);
    names.add(messageId);
    if (log.length % 4 === 0 && server.connections.length < 8) socket.terminate();
    else server.send({ type: "ack", re: id, seq: log.indexOf(data.n) + 1 }, socket);
  };
  const ann = client();
  await ann.connect();
  const room = await ann.join("general");
  const numbers = Array.from({ length: 30 }, (_, n) => n);
  const acks = await Promise.all(numbers.map((n) => room.publish("chat", { n })));
  assert.deepEqual(log, numbers);
  assert.deepEqual(acks.map(({ seq }) => seq), numbers.map((n) => n + 1));
  assert.ok(server.connections.length > 1, `there were ${server.connections.length} connections`);
});

test("duplicates on the wire are told once", async () => {
  const ann = client();
  await ann.connect();
  const room = await ann.join("general");
  const heard: unknown[] = [];
  const last = new Promise<void>((resolve) =>
    room.on("chat", (data) => {
      heard.push(data.n);
      if (data.n === 3) resolve();
    }),
  );
  for (const n of [1, 1, 2, 1, 2, 3]) server.entry("general", n, { n });
  await last;
  assert.deepEqual(heard, [1, 2, 3]);
});

test("a half-open connection is found out and replaced", async () => {
  server.heartbeat = { interval: 30, timeout: 30 };
  const ping = server.on.ping!;
  server.on.ping = (message, socket, at) => {
    if (socket !== server.connections[0]) ping(message, socket, at);
  };
  const ann = client();
  const silent = next(ann, "heartbeat_timeout");
  const closed = next(ann, "close");
  await ann.connect();
  assert.ok((await silent).silence >= 60);
  assert.equal((await closed).code, 4009);
  await next(ann, "reconnect_success");
  assert.ok((await next(ann, "heartbeat")).latency >= 0);
});

test("listeners that throw are told as errors, and the connection goes on", async () => {
  const ann = client();
  const errors: SwitchboardError[] = [];
  ann.on("error", (error) => {
    errors.push(error);
    throw new Error("this one too");
  });
  ann.on("open", () => {
    throw new Error("a bug of yours");
  });
  const { error: print } = console;
  const printed: unknown[] = [];
  console.error = (line) => printed.push(line);
  try {
    await ann.connect();
    await ann.join("general");
  } finally {
    console.error = print;
  }
  assert.equal(errors.length, 1);
  assert.equal((errors[0]!.cause as Error).message, "a bug of yours");
  assert.equal(printed.length, 1, "the error in the error listener goes to the console");
});

test("what goes wrong with nobody listening for errors is on the console", async (t) => {
  const said = t.mock.method(console, "error", () => {});
  const ann = client();
  await ann.connect();
  ann.onType("chat", () => {
    throw new Error("of a listener");
  });
  server.send({ type: "chat", user: "ann", seq: 1, from: "bob", timestamp: 1, data: {} });
  server.send({ type: "error", code: "internal", message: "of the server", retryable: true });
  await new Promise<void>((resolve) => {
    ann.once("user_joined", () => resolve());
    server.send({ type: "user_joined", room: "general", user: "bob", count: 2 });
  });
  const messages = said.mock.calls.map(({ arguments: [error] }) => [error.code, error.message]);
  assert.deepEqual(messages, [["listener", "a listener threw: Error: of a listener"], ["internal", "of the server"]]);
  ann.on("error", () => {});
  server.send({ type: "error", code: "internal", message: "heard", retryable: true });
  await next(ann, "error");
  assert.equal(said.mock.callCount(), 2);
});

test("a socket that throws stops nothing else", async (t) => {
  const said = t.mock.method(console, "error", () => {});
  class Broken extends WebSocket {
    override send(text: string): void {
      if (text.includes("unsayable")) throw new Error("of the socket");
      super.send(text);
    }
  }
  const ann = client({ WebSocket: Broken });
  await ann.connect();
  const lost = ann.publish("general", "chat", { message: "unsayable" });
  const published = await ann.publish("general", "chat", { message: "hi" });
  assert.equal(typeof published.seq, "number");
  assert.equal(said.mock.callCount(), 1);
  ann.close();
  await assert.rejects(lost, { code: "closed" });
});

test("what a listener publishes is sent after what was queued before", async () => {
  const ann = client();
  ann.once("open", () => void ann.publish("general", "chat", { n: 2 }));
  void ann.publish("general", "chat", { n: 1 });
  await ann.connect();
  await ann.publish("general", "chat", { n: 3 });
  assert.deepEqual(server.said.map(({ data }) => data.n), [1, 2, 3]);
});

test("a refused publication rejects with the server's code and details, and the message", async () => {
  server.on.chat = ({ id }) =>
    server.send({ type: "error", re: id, code: "invalid", message: "no", retryable: false, details: { path: "data.n", rule: "min" } });
  const ann = client();
  await ann.connect();
  const refused = await ann.publish("general", "chat", { n: 0 }).catch((error: unknown) => error);
  assert.ok(refused instanceof SwitchboardError);
  assert.deepEqual([refused.code, refused.details], ["invalid", { path: "data.n", rule: "min" }]);
  assert.deepEqual(refused.unsent?.data, { n: 0 });
});

test("a request gives the reply's data; send waits for the handler", async () => {
  server.on.ask = ({ id, data }) => server.send({ type: "answer", re: id, data: { n: data.n + 1 } });
  const ann = client();
  await ann.connect();
  assert.deepEqual(await ann.request("ask", { n: 1 }), { n: 2 });
  server.on.ask = ({ id }) => server.send({ type: "ack", re: id });
  assert.equal(await ann.send("ask", { n: 1 }), undefined);
});

test("data that is not JSON rejects the call and harms nothing", async () => {
  const ann = client();
  await ann.connect();
  await assert.rejects(ann.publish("general", "chat", { n: 1n } as never), TypeError);
  assert.deepEqual(await ann.publish("general", "chat", { n: 1 }), { seq: 1 });
});

test("connect goes on until the server is there, and rejects when told to stop", async () => {
  const hole = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await nodeOnce(hole, "listening");
  const dead = `ws://127.0.0.1:${(hole.address() as { port: number }).port}`;
  let asked = 0;
  const ann = client({ reconnectFromStart: true }, async () => (++asked < 3 ? dead : server.url));
  const reason = new Promise((resolve) => ann.on("state", (e) => e.state === "waiting" && resolve(e.reason)));
  await ann.connect();
  assert.equal(asked, 3);
  assert.match(String(await reason), /socket hang up|ECONNRESET/);
  const bob = client({ reconnectFromStart: true, maxReconnectAttempts: 2 }, dead);
  await assert.rejects(bob.connect(), { code: "closed", message: "2 attempts to reconnect failed" });
  const carl = client({}, dead);
  const told = new Promise((resolve) => carl.on("error", resolve));
  await assert.rejects(carl.connect(), { code: "closed", message: /^could not connect: 1006/ });
  assert.equal((await told as Error).message.slice(0, 17), "could not connect");
  assert.equal(carl.state, "closed");
  hole.close();
});

test("an address that cannot be had counts as a failed attempt", async () => {
  const ann = client({ autoReconnect: false }, () => Promise.reject(new Error("no token")));
  await assert.rejects(ann.connect(), { code: "closed" });
});

test("a final close stops, and reconnect by hand starts again", async () => {
  const ann = client();
  await ann.connect();
  const closed = next(ann, "close");
  server.last.close(4505, "banned");
  assert.deepEqual(await closed, { code: 4505, reason: "banned", clean: true, again: false });
  await assert.rejects(ann.publish("general", "chat", {}), { code: "closed" });
  await ann.reconnect();
  assert.equal(ann.state, "open");
});

test("reconnect by hand while open resumes on a new connection", async () => {
  const ann = client();
  await ann.connect();
  await ann.join("general");
  await ann.reconnect();
  assert.equal(server.connections.length, 2);
  assert.equal(server.said.at(-1).type, "resume");
  server.entry("general", 1);
  await next(ann, "message");
});

test("a binary message is an error, and the connection lives on", async () => {
  const ann = client();
  await ann.connect();
  const error = next(ann, "error");
  server.last.send(Buffer.from([1, 2, 3]));
  assert.equal((await error).code, "bad_message");
  await ann.join("general");
});

test("the states a page sees, in order", async () => {
  const ann = client();
  const states: string[] = [];
  ann.on("state", ({ state }) => states.push(state));
  await ann.connect();
  server.last.terminate();
  await next(ann, "reconnect_success");
  const closed = next(ann, "close");
  ann.close();
  await closed;
  assert.deepEqual(states, ["connecting", "open", "waiting", "connecting", "open", "closing", "closed"]);
});

/** Runs it on something like a page. */
async function onAPage(test: (page: EventTarget) => Promise<void>): Promise<void> {
  const page = new EventTarget();
  const globals = globalThis as any;
  globals.addEventListener = page.addEventListener.bind(page);
  globals.removeEventListener = page.removeEventListener.bind(page);
  globals.document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  try {
    await test(page);
  } finally {
    for (const name of ["addEventListener", "removeEventListener", "document"]) delete globals[name];
  }
}

test("the network coming back ends the wait", () =>
  onAPage(async (page) => {
    const ann = client({ reconnectDelay: 60_000 });
    await ann.connect();
    const closed = next(ann, "close");
    server.last.terminate();
    await closed;
    page.dispatchEvent(new Event("online"));
    await next(ann, "reconnect_success");
  }));

for (const name of ["online", "offline", "pageshow", "resume", "visibilitychange"]) {
  test(`${name} has an open connection answer for itself`, () =>
    onAPage(async (page) => {
      const ann = client();
      await ann.connect();
      const alive = next(ann, "heartbeat");
      (name === "resume" || name === "visibilitychange" ? document : page).dispatchEvent(new Event(name));
      await alive;
      assert.deepEqual(server.said.map(({ type }) => type), ["ping"]);
      await ann.close();
      page.dispatchEvent(new Event(name));
      assert.equal(server.said.length, 1, "a closed client does not care");
    }));
}

test("a page that keeps trying says so on the console, unless it listens for the state", (t) =>
  onAPage(async () => {
    const said = t.mock.method(console, "warn", () => {});
    let address = "ws://127.0.0.1:1";
    const ann = client({}, () => address);
    ann.once("reconnect", () => (address = server.url));
    await ann.connect();
    assert.match(String(said.mock.calls[0]?.arguments[0]), /^not connected, trying again: 1006 .*ECONNREFUSED/);
    assert.equal(said.mock.callCount(), 1);
    const bob = client({}, () => address);
    address = "ws://127.0.0.1:1";
    bob.on("state", () => {});
    bob.once("reconnect", () => (address = server.url));
    await bob.connect();
    assert.equal(said.mock.callCount(), 1);
  }));
