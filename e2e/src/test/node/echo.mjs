// A server with npm ws that sends back what comes, cuts the connection and says what it has read when told to: echo.mjs
import { createRequire } from "node:module";

const require = createRequire(new URL("../../../../js/package.json", import.meta.url));
const { WebSocketServer } = require("ws");

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: true }, () =>
  console.log(`listening on 127.0.0.1:${server.address().port}`),
);
server.on("connection", (socket) => {
  socket.on("error", () => {});
  socket.on("message", (data, binary) => {
    if (!binary && data.toString() === "cut") socket.terminate();
    else if (!binary && data.toString() === "read") socket.send(`${socket._socket.bytesRead}`);
    else socket.send(data, { binary });
  });
});
