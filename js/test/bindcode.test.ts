import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import { fetchBindCode } from "#client/bindcode.js";
import { Client, SwitchboardError, type Options } from "#client/index.js";
import { settings } from "#client/options.js";
import { Server } from "./server.js";

/** A server that issues codes, as the path says; real HTTP. */
let http: HttpServer;
const asked: IncomingMessage[] = [];
const answers: Record<string, [status: number, body: string, headers?: Record<string, string>]> = {
  "/good": [200, '{"code":"c-1","expireTime":1767225660000}'],
  "/strange": [200, '{"code":7,"expireTime":1}'],
  "/nothing": [200, "no JSON"],
  "/unauthorized": [401, "secret-echo"],
  "/forbidden": [403, ""],
  "/often": [429, "", { "Retry-After": "6" }],
  "/busy": [503, ""],
  "/moved": [302, "", { Location: "/good" }],
};

before(async () => {
  http = createServer((request, response) => {
    asked.push(request);
    const [status, body, headers] = answers[request.url ?? ""] ?? [404, ""];
    response.writeHead(status, headers).end(body);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
});
after(() => {
  http.close();
  http.closeAllConnections();
});

const at = (path: string) => `http://127.0.0.1:${(http.address() as AddressInfo).port}${path}`;

test("a code is fetched with a POST that has the token and no body", async () => {
  assert.deepEqual(await fetchBindCode(at("/good"), { token: "t-1" }), { code: "c-1", expireTime: 1767225660000 });
  const { method, headers } = asked.at(-1)!;
  assert.deepEqual([method, headers.authorization, headers["content-length"]], ["POST", "Bearer t-1", "0"]);
  await fetchBindCode(new URL(at("/good")));
  assert.equal(asked.at(-1)!.headers.authorization, undefined);
});

const refusals = [
  ["/unauthorized", "not_authenticated", false],
  ["/forbidden", "forbidden", false],
  ["/often", "rate_limited", true],
  ["/busy", "unavailable", true],
  ["/nowhere", "not_found", false],
  ["/strange", "not_found", false],
  ["/nothing", "not_found", false],
  ["/moved", "unavailable", true],
] as const;
for (const [path, code, retryable] of refusals) {
  test(`an answer that is no code is a typed error: ${path}`, async () => {
    await assert.rejects(fetchBindCode(at(path), { token: "t-1" }), (error: SwitchboardError) => {
      assert.ok(error instanceof SwitchboardError);
      assert.deepEqual([error.code, error.retryable], [code, retryable]);
      assert.doesNotMatch(error.message, /t-1|secret-echo/);
      if (path === "/often") assert.deepEqual(error.details, { retryAfter: 6000 });
      return true;
    });
  });
}

test("a server that is away may come back, and the token is in no message", async () => {
  await assert.rejects(fetchBindCode("http://127.0.0.1:1/code", { token: "t-1\nx" }), (error: SwitchboardError) => {
    assert.deepEqual([error.code, error.retryable], ["unavailable", true]);
    return !error.message.includes("t-1");
  });
});

async function withServer(options: Options, use: (client: Client, server: Server) => Promise<void>): Promise<void> {
  const server = await Server.start();
  const client = new Client(server.url, { WebSocket: WebSocket as any, reconnectBackoff: "fixed", reconnectDelay: 20, ...options });
  try {
    await use(client, server);
  } finally {
    client.close();
    await server.stop();
  }
}

const codesOf = (server: Server) => server.said.filter(({ type }) => type === "authenticate").map(({ code, token }) => [code, token]);

test("each connection shows a new code, as the function gives it", async () => {
  let made = 0;
  await withServer({ bindCode: () => ({ code: `c-${++made}`, expireTime: 1 }) }, async (client, server) => {
    const codes: string[] = [];
    let arrived = () => {};
    server.on.authenticate = ({ code }) => {
      codes.push(code);
      arrived();
    };
    const shown = (code: string) =>
      new Promise<void>((resolve) => {
        arrived = () => codes.includes(code) && resolve();
        arrived();
      });
    await client.connect();
    await shown("c-1");
    server.last.terminate();
    await shown("c-2");
    assert.deepEqual(codesOf(server), [["c-1", undefined], ["c-2", undefined]]);
  });
});

test("after a final refusal of the code's issuer the client asks no more", async () => {
  let calls = 0;
  const bindCode = () => {
    calls++;
    return fetchBindCode(at("/forbidden"));
  };
  await withServer({ bindCode, reconnectFromStart: true }, async (client, server) => {
    await assert.rejects(client.connect(), /bind code: HTTP 403/);
    assert.equal(client.state, "closed");
    assert.deepEqual([calls, codesOf(server)], [1, []]);
  });
});

test("an option that makes no sense is refused", () => {
  assert.throws(() => settings({ bindCode: 7 as any }), /bindCode: number/);
  assert.throws(() => settings({ bindCode: "c", token: "t" }), /both given/);
});
