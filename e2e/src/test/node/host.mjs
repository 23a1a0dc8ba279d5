// npm ws as a host of the tests: host.mjs PING "CODE REASON" PIECE. Echoes, and does what "pieces", "ping" and "close" say.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../../../js/package.json", import.meta.url));
const { WebSocketServer } = require("ws");
const [ping, close, piece] = process.argv.slice(2);
const PIECES = 2000;
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: { threshold: 0 } });

server.on("listening", () => console.log(`listening on 127.0.0.1:${server.address().port}`));
server.on("connection", (socket) => {
  const commands = {
    pieces: () => Array.from({ length: PIECES }, (_, i) => socket.send(piece, { fin: i === PIECES - 1 })),
    ping: () => socket.ping(ping),
    close: () => socket.close(Number(close.slice(0, 4)), close.slice(5)),
  };
  socket.on("message", (data, binary) => {
    const command = binary ? undefined : commands[data.toString()];
    command ? command() : socket.send(data, { binary });
  });
  socket.on("pong", (payload) => socket.send(`pong ${payload}`));
  socket.on("close", (code, reason) => console.log(`closed ${code} ${reason}`));
});
