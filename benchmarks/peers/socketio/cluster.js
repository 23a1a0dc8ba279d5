// The time from publish to delivery on two Socket.IO servers that share a Redis stream: cluster.js REDIS_URL [RATE [SECONDS]]
// Publisher, servers and receivers are in one process, so that there is one clock, as in Cluster.java.
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-streams-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";
import { io } from "socket.io-client";

const [url, rate = 100, seconds = 20] = process.argv.slice(2).map((value, i) => (i ? Number(value) : value));
const wait = (millis) => new Promise((done) => setTimeout(done, millis));

async function server() {
  const redis = await createClient({ url }).connect();
  const http = createServer();
  const sockets = new Server(http, { adapter: createAdapter(redis), transports: ["websocket"] });
  sockets.on("connection", (socket) => {
    socket.join("r");
    socket.on("said", (message, ack) => {
      sockets.to("r").emit("said", message);
      ack();
    });
  });
  await new Promise((done) => http.listen(0, "127.0.0.1", done));
  return `ws://127.0.0.1:${http.address().port}`;
}

function client(address) {
  const socket = io(address, { transports: ["websocket"] });
  return new Promise((done) => socket.on("connect", () => done(socket)));
}

function spread(millis) {
  const sorted = millis.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.floor(sorted.length * share)].toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}

async function measure(name, publisher, near, far, seconds) {
  const count = rate * seconds;
  const times = { near: [], far: [] };
  near.removeAllListeners("said").on("said", (message) => times.near.push(performance.now() - message.at));
  far.removeAllListeners("said").on("said", (message) => times.far.push(performance.now() - message.at));
  const cpu = process.cpuUsage();
  const begin = performance.now();
  for (let i = 0; i < count; i++) {
    publisher.emit("said", { index: i, at: performance.now() }, () => {});
    await wait(Math.max(0, begin + ((i + 1) * 1000) / rate - performance.now()));
  }
  while (times.near.length < count || times.far.length < count) await wait(10);
  const used = process.cpuUsage(cpu);
  const micros = (used.user + used.system) / (2 * count);
  console.log(`${name}: same server ${spread(times.near)}, other server ${spread(times.far)}, ${micros.toFixed(0)} µs of CPU per delivery`);
}

const [one, other] = [await server(), await server()];
const [publisher, near, far] = await Promise.all([client(one), client(one), client(other)]);
await wait(500);
await measure("warm-up", publisher, near, far, 5);
await measure(`${rate} messages/s`, publisher, near, far, seconds);
process.exit(0);
