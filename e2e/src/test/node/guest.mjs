// npm ws as a guest of the tests: guest.mjs URL deflate|plain. A line of JSON in is a thing to do, a line out is what it heard.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../../../../js/package.json", import.meta.url));
const { WebSocket } = require("ws");
const [url, how] = process.argv.slice(2);
const socket = new WebSocket(url, { perMessageDeflate: how === "deflate" && { threshold: 0 } });
const tell = (heard, value, code) => console.log(JSON.stringify({ heard, value: value.toString(), code }));

socket.on("open", () => tell("open", socket.extensions));
socket.on("message", (data, binary) => (binary ? tell("binary", data.toString("base64")) : tell("text", data)));
socket.on("pong", (payload) => tell("pong", payload));
socket.on("close", (code, reason) => tell("close", reason, code));
for await (const line of createInterface({ input: process.stdin })) {
  const { pieces, binary, ping, close, reason, read } = JSON.parse(line);
  pieces?.forEach((piece, i) => socket.send(piece, { fin: i === pieces.length - 1 }));
  if (binary !== undefined) socket.send(Buffer.from(binary, "base64"));
  if (read) tell("text", `${socket._socket.bytesRead}`);
  if (ping !== undefined) socket.ping(ping);
  if (close !== undefined) socket.close(close, reason);
}
