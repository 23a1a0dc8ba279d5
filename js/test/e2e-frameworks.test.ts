// The examples for React and Vue, in Chromium, against a running server; and what a server renders of them.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { build } from "esbuild";
import { chromium, type Browser, type Page } from "playwright-core";
import { WebSocket } from "ws";
import { Client } from "#client/index.js";

interface Chat {
  message: { content: string };
  typing: { on: boolean };
}

const url = process.env.SWITCHBOARD_URL;
const skip = url ? false : "SWITCHBOARD_URL is not set (expected: ws://HOST:PORT/ws of a running server)";
if (skip) console.error(`\n*** NOT RUN: test/e2e-frameworks.test.ts: ${skip}\n`);

const unique = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;

async function bundle(example: string): Promise<string> {
  const built = await build({
    stdin: { contents: `import { show } from "./examples/${example}"; globalThis.show = show;`, resolveDir: "." },
    bundle: true,
    format: "iife",
    write: false,
    define: { "process.env.NODE_ENV": '"development"', __VUE_OPTIONS_API__: "true", __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false" },
    alias: { vue: "vue/dist/vue.esm-bundler.js" },
  });
  return built.outputFiles[0]!.text;
}

let browser: Browser;
let ann: Client<Chat>;
before(async () => {
  if (skip) return;
  browser = await chromium.launch({
    executablePath: process.env.PATH!.split(delimiter).map((folder) => join(folder, "chromium")).find(existsSync),
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
      "--disable-features=LocalNetworkAccessChecks", // the page is not really from there
    ],
  });
  ann = new Client<Chat>(`${url}?user=${unique("ann")}`, { WebSocket });
  await ann.connect();
});
after(async () => {
  if (skip) return;
  await browser.close();
  await ann.close();
});

/** A page at the server's own address that shows a room, and keeps its sockets to be cut. */
async function open(code: string, user: string, room: string): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (line) => void (["error", "warning"].includes(line.type()) && errors.push(line.text())));
  const origin = url!.replace(/^ws/, "http").replace(/\/ws$/, "");
  const html = '<!doctype html><meta charset="utf-8"><div id="app"></div><script src="/shown.js"></script>';
  await page.route(`${origin}/shown`, (route) => route.fulfill({ contentType: "text/html", body: html }));
  await page.route(`${origin}/shown.js`, (route) => route.fulfill({ contentType: "text/javascript", body: code }));
  await page.addInitScript("sockets = []; WebSocket = class extends WebSocket { constructor(...a) { super(...a); sockets.push(this); } }");
  await page.goto(`${origin}/shown`);
  await page.evaluate(`hide = show(document.getElementById("app"), "${url}?user=${user}", "${room}")`);
  return { page, errors };
}

const shown = (page: Page) => page.locator("li").allTextContents().then((lines) => lines.map((line) => line.trim()));

async function until(what: () => Promise<unknown>, expected: unknown): Promise<void> {
  const end = Date.now() + 10_000;
  for (;;) {
    const is = await what();
    try {
      return assert.deepEqual(is, expected);
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

for (const example of ["react.tsx", "vue.ts"]) {
  describe(example, { skip }, () => {
    test("a room is shown with its past, and goes on after a cut: nothing lost, nothing twice", async () => {
      const [room, bob] = [unique("room"), unique("bob")];
      const there = await ann.join(room);
      const lines: string[] = [];
      const say = async (content: string) => {
        await there.publish("message", { content });
        lines.push(`${ann.user}: ${content}`);
      };
      for (let i = 1; i <= 50; i++) await say(`past ${i}`);
      const { page, errors } = await open(await bundle(example), bob, room);

      await until(() => shown(page), lines.slice(-20));
      await until(() => page.locator("#members").textContent(), [ann.user, bob].sort().join(" "));
      assert.equal(await page.locator("#room").textContent(), "joined");
      assert.equal(await page.locator("#connection").textContent(), "open");

      await page.locator("#older").click();
      await until(() => shown(page), lines.slice(-40));
      await page.locator("#older").click();
      await until(() => shown(page), lines);
      assert.equal(await page.locator("#older").isDisabled(), true);

      for (let round = 1; round <= 3; round++) {
        await page.evaluate("sockets.at(-1).close()");
        await say(`during ${round}`);
        await page.locator("input").fill(`mine ${round}`);
        await page.locator("input").press("Enter");
        await until(async () => (await shown(page)).includes(`${bob}: mine ${round}`), true);
        lines.push(`${bob}: mine ${round}`);
        await until(() => shown(page).then((all) => all.sort()), [...lines].sort());
      }
      await until(() => page.locator("#connection").textContent(), "open");
      assert.deepEqual(errors, []);
      await page.close();
    });

    test("who types and who is there are shown, and both end", async () => {
      const [room, bob] = [unique("room"), unique("bob")];
      const there = await ann.join(room);
      const heard: boolean[] = [];
      there.on("typing", ({ on }) => void heard.push(on));
      const { page, errors } = await open(await bundle(example), bob, room);
      await until(() => page.locator("#members").textContent(), [ann.user, bob].sort().join(" "));

      there.fleeting("typing", { on: true });
      await until(() => page.locator("#typing").textContent(), ann.user);
      there.fleeting("typing", { on: false });
      await until(() => page.locator("#typing").textContent(), "");

      await page.locator("input").pressSequentially("hello");
      await page.locator("input").press("Enter");
      await until(async () => heard, [true, false]);

      await there.leave();
      await until(() => page.locator("#members").textContent(), bob);
      assert.deepEqual(errors, []);
      await page.close();
    });

    test("what is taken away leaves the room and the server", async () => {
      const [room, bob] = [unique("room"), unique("bob")];
      const there = await ann.join(room);
      const { page, errors } = await open(await bundle(example), bob, room);
      await until(async () => there.members.length, 2);
      await page.evaluate("hide()");
      await until(() => page.evaluate("sockets.every((socket) => socket.readyState === 3)"), true);
      await until(async () => there.members, [ann.user]);
      assert.deepEqual(errors, []);
      await page.close();
    });
  });
}

test("a server renders both, and follows nothing", async () => {
  const { createElement } = await import("react");
  const { renderToString } = await import("react-dom/server");
  const { createHooks } = await import("switchboard-client/react");
  const { createSSRApp, h } = await import("vue");
  const { renderToString: renderVue } = await import("vue/server-renderer");
  const { createComposables } = await import("switchboard-client/vue");
  const client = new Client<Chat>("ws://localhost:1/ws", { WebSocket });

  const { Provider, useConnection, useRoom } = createHooks<Chat>();
  const Shown = () => createElement("p", null, `${useConnection().state} ${useRoom("r").entries.length} ${useRoom("r").state}`);
  assert.equal(renderToString(createElement(Provider, { client }, createElement(Shown))), "<p>idle 0 left</p>");

  const composables = createComposables<Chat>();
  const Inner = {
    setup() {
      const connection = composables.useConnection();
      const { view } = composables.useRoom("r");
      return () => h("p", `${connection.value.state} ${view.value.entries.length} ${view.value.state}`);
    },
  };
  const app = createSSRApp({
    setup() {
      composables.provideClient(client);
      return () => h(Inner);
    },
  });
  assert.equal(await renderVue(app), "<p>idle 0 left</p>");
  assert.deepEqual([client.state, client.room("r").state], ["idle", "left"]);
});
