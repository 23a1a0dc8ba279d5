// The TypeScript client in an encrypted room: encrypted.mjs URL KEY. A line of JSON in is said in the room "vault", a line
// out is what it heard there. It joins the room with its last 50 messages, and says so.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const js = new URL("../../../../js/", import.meta.url);
const require = createRequire(new URL("package.json", js));
const { WebSocket } = require("ws");
if (!existsSync(new URL("dist/index.js", js))) execFileSync("npm", ["run", "build"], { cwd: js, stdio: "ignore" });
const { Client } = await import(new URL("dist/index.js", js));
const { encrypted, EncryptionKey, KeyRing, MessageEncryption } = await import(new URL("dist/encryption.js", js));
const [url, key] = process.argv.slice(2);
const tell = (line) => console.log(JSON.stringify(line));

const ring = new KeyRing("k1", await EncryptionKey.of(Buffer.from(key, "base64")));
const client = new Client(url, { WebSocket, encryption: encrypted({ cipher: new MessageEncryption(ring), where: ["vault"] }) });
client.on("decryption_failed", ({ reason, messageId, room }) => tell({ failed: reason, messageId, room }));
client.onType("said", ({ text }, { from, fleeting }) => tell({ heard: text, from, fleeting: fleeting === true }));
client.onType("typing", ({ on }, { from, fleeting }) => tell({ heard: `typing ${on}`, from, fleeting: fleeting === true }));
await client.connect();
const room = await client.join("vault", { recent: 50 });
tell({ joined: "vault" });
for await (const line of createInterface({ input: process.stdin })) {
  const { say, typing, history } = JSON.parse(line);
  if (say !== undefined) tell({ said: (await room.publish("said", { text: say }, { echo: false })).seq });
  if (typing !== undefined) room.fleeting("typing", { on: typing });
  if (history !== undefined) tell({ page: (await room.history()).messages.map(({ data }) => data.text) });
}
client.close();
