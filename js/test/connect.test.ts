import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { WebSocket } from "ws";
import { Client, type Options } from "#client/index.js";
import { obliging, Server } from "./server.js";

let server: Server;
const clients: Client[] = [];
const doors: HttpServer[] = [];

beforeEach(async () => {
  server = obliging(await Server.start());
});

afterEach(async () => {
  for (const client of clients.splice(0)) void client.close();
  for (const door of doors.splice(0)) door.close();
  await server.stop();
});

function client(options: Options = {}, url: string | (() => string) = server.url): Client {
  const made = new Client(url, { WebSocket, reconnectBackoff: "fixed", reconnectDelay: 5, ...options });
  clients.push(made);
  return made;
}

/** A server that refuses each upgrade. */
async function door(status: string, headers = ""): Promise<{ url: string; knocks: number[] }> {
  const knocks: number[] = [];
  const http = createServer().listen(0, "127.0.0.1");
  http.on("upgrade", (_request, socket) => {
    knocks.push(performance.now());
    socket.end(`HTTP/1.1 ${status}\r\n${headers}Content-Length: 0\r\nConnection: close\r\n\r\n`);
  });
  await once(http, "listening");
  doors.push(http);
  return { url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/ws`, knocks };
}

for (const [status, code] of [["401 Unauthorized", "not_authenticated"], ["403 Forbidden", "forbidden"], ["404 Not Found", "not_found"]]) {
  test(`an upgrade refused with ${status} is final, also for a client that keeps trying`, async () => {
    const { url, knocks } = await door(status!);
    const ann = client({ reconnectFromStart: true }, url);
    const error = told(ann, "error");
    await assert.rejects(ann.connect(), { code: "closed", retryable: false, message: `the server refused the upgrade with ${status!.slice(0, 3)}` });
    assert.equal((await error).code, code);
    assert.equal(ann.state, "closed");
    assert.equal(knocks.length, 1);
  });
}

test("an upgrade refused while coming back is final, too", async () => {
  const { url } = await door("403 Forbidden");
  let address = server.url;
  const ann = client({}, () => address);
  await ann.connect();
  const [error, failed] = [told(ann, "error"), told(ann, "reconnect_failed")];
  address = url;
  server.last.terminate();
  assert.equal((await error).code, "forbidden");
  assert.deepEqual(await failed, { attempt: 1 });
  await assert.rejects(ann.publish("general", "chat", {}), { code: "closed" });
});

test("an upgrade refused for now is tried again, not before Retry-After", async () => {
  const { url, knocks } = await door("503 Service Unavailable", "Retry-After: 1\r\n");
  let address = url;
  const ann = client({ reconnectFromStart: true }, () => address);
  ann.on("state", ({ state }) => state === "waiting" && (address = server.url));
  await ann.connect();
  assert.ok(performance.now() - knocks[0]! >= 1000);
});

test("connect while closing opens a new session", async () => {
  const ann = client();
  await ann.connect();
  void ann.close();
  assert.equal(ann.state, "closing");
  await ann.connect();
  assert.equal(ann.state, "open");
  assert.equal(server.connections.length, 2);
});

test("connect, close and connect in one go, as an effect that runs twice does", async () => {
  const ann = client();
  void ann.connect();
  void ann.close();
  await ann.connect();
  assert.equal(ann.state, "open");
  assert.equal((await ann.publish("general", "chat", {})).seq, 1);
});

test("close resolves when the connection is closed", async () => {
  const ann = client();
  await ann.close();
  assert.equal(ann.state, "idle");
  await ann.connect();
  await ann.close({ reason: "bye" });
  assert.equal(ann.state, "closed");
  await ann.close();
});

test("close can wait for what was published, and not for ever", async () => {
  const acknowledge = server.on.chat!;
  const held: (() => void)[] = [];
  server.on.chat = (...args) => void held.push(() => acknowledge(...args));
  const ann = client();
  await ann.connect();
  const published = ann.publish("general", "chat", {});
  const closed = ann.close({ flush: 10_000 });
  while (held.length === 0) await once(server.last, "message");
  held.forEach((answer) => answer());
  assert.deepEqual(await published, { seq: 1 });
  await closed;
  await ann.connect();
  const lost = ann.publish("general", "chat", {});
  await ann.close({ flush: 20 });
  await assert.rejects(lost, { code: "closed" });
});

test("flush waits for answers, refusals included, and gives up after its timeout", async () => {
  const ann = client();
  const published = ann.publish("general", "chat", {});
  await assert.rejects(ann.flush({ timeout: 5 }), { code: "timeout" });
  await assert.rejects(ann.flush({ signal: AbortSignal.abort(new Error("enough")) }), { message: "enough" });
  await ann.connect();
  await ann.flush();
  assert.deepEqual(await published, { seq: 1 });
});

test("a publication can be given up after a time or by a signal, and frees its place", async () => {
  const ann = client({ maxUnacknowledged: 1 });
  await assert.rejects(ann.publish("general", "chat", {}, { timeout: 5 }), { code: "timeout", retryable: true });
  const stop = new AbortController();
  const published = ann.publish("general", "chat", {}, { signal: stop.signal });
  stop.abort(new Error("changed my mind"));
  await assert.rejects(published, { message: "changed my mind" });
  await ann.connect();
  assert.deepEqual(await ann.publish("general", "chat", { n: 3 }), { seq: 1 });
  assert.deepEqual(server.said.map(({ data }) => data), [{ n: 3 }]);
});

test("nobody waiting for what a closed client refuses ends no program", () => {
  const program = `
    import { WebSocket } from "ws";
    import { Client } from "#client/index.js";
    const client = new Client("${server.url}", { WebSocket });
    void client.publish("general", "chat", {});
    void client.request("ask", {});
    void client.history({ room: "general" });
    void client.send("note", {});
    void client.watch(["bob"]);
    void client.connect();
    void client.close();
    setTimeout(() => console.log("lives"), 20);
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  assert.equal(stdout.trim(), "lives", stderr);
});

function told<Name extends "error" | "reconnect_failed">(from: Client, name: Name): Promise<any> {
  return new Promise((resolve) => from.once(name, resolve));
}
