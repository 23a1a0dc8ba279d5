import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";

/** A server that does as it is told: each connection is greeted, and what clients say goes to `said`. */
export class Server {
  readonly #server: WebSocketServer;
  readonly said: any[] = [];
  readonly connections: WebSocket[] = [];
  /** What to do with a message, by its type. */
  readonly on: Record<string, (message: any, socket: WebSocket, server: Server) => void> = {};
  heartbeat = { interval: 25_000, timeout: 10_000 };

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on("connection", (socket) => this.#greet(socket));
  }

  static async start(): Promise<Server> {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => "switchboard.v1.json" });
    await once(server, "listening");
    return new Server(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ws`;
  }

  get last(): WebSocket {
    return this.connections.at(-1)!;
  }

  send(message: object, socket = this.last): void {
    socket.send(JSON.stringify(message));
  }

  entry(room: string, seq: number, data: object = {}): void {
    this.send({ type: "chat", room, seq, from: "bob", timestamp: 1, data });
  }

  async stop(): Promise<void> {
    for (const socket of this.connections) socket.terminate();
    this.#server.close();
    await once(this.#server, "close");
  }

  #greet(socket: WebSocket): void {
    this.connections.push(socket);
    this.send({
      type: "welcome", session: "s", secret: "k", user: "ann", heartbeat: this.heartbeat,
      limits: { message: 65536, rooms: 100 },
      logs: [{ user: "ann", epoch: "i", seq: 0 }, { everyone: true, epoch: "v", seq: 0 }],
    }, socket);
    socket.on("message", (text) => {
      const message = JSON.parse(String(text));
      this.said.push(message);
      this.on[message.type]?.(message, socket, this);
    });
  }
}

/** Joins and resumes succeed, publications are acknowledged. */
export function obliging(server: Server): Server {
  let seq = 0;
  server.on.join_room = ({ room, id }, socket) =>
    server.send({ type: "room_joined", room, re: id, epoch: "e", seq, members: ["ann"], count: 1, recovered: true }, socket);
  server.on.leave_room = ({ room, id }, socket) => server.send({ type: "room_left", room, re: id }, socket);
  server.on.resume = ({ id, session, logs }, socket) => {
    const answers = logs.map((log: object) => ({ ...log, recovered: true }));
    server.send({ type: "resumed", re: id, session, user: "ann", logs: answers }, socket);
  };
  server.on.chat = ({ id }, socket) => server.send({ type: "ack", re: id, seq: ++seq }, socket);
  server.on.ping = ({ id }, socket) => server.send({ type: "pong", re: id }, socket);
  return server;
}
