import { test } from "node:test";
import type { Client, Entry } from "#client/index.js";

interface Chat {
  chat: { message: string };
  typing: { on: boolean };
  ask: { n: number };
  answer: { n: number };
}

// Never run: that this compiles, and that what must not compile does not, is the test.
export async function typed(client: Client<Chat, { ask: { kind: "request"; reply: "answer" } }>, untyped: Client): Promise<void> {
  client.on("message", (e) => {
    if (e.type === "chat") e.data.message.trim();
    // @ts-expect-error: `typing` has no message
    if (e.type === "typing") e.data.message;
  });
  const room = await client.join("general", { recent: 50 });
  room.on("typing", (data, entry) => [data.on, entry.from, entry.seq]);
  const { seq } = await room.publish("chat", { message: "hi" });
  const { seqs } = await client.publish(["a", "b"], "chat", { message: "hi" });
  seqs.a?.toFixed(seq);
  const answer = await client.request("ask", { n: 1 });
  answer.n.toFixed();
  client.on("message", (e) => {
    if (e.room !== undefined) e.from.trim();
    else if (e.user !== undefined) e.user.trim();
    else if (e.everyone) e.from.trim();
    // @ts-expect-error: a message from the server to this connection has no sender
    else e.from.trim();
    // @ts-expect-error: nor has any message that may be one
    e.from.trim();
  });
  const subscription = client.room("general").subscribe({ recent: 5 });
  subscription.on("chat", (data, entry) => [data.message, entry.room.trim(), entry.from.trim()]);
  subscription.onMessage((entry) => entry.type === "typing" && entry.data.on);
  // @ts-expect-error: no such type
  subscription.on("shout", () => {});
  const page = await room.history({ before: seq });
  page.messages.map((entry) => (entry.type === "chat" ? entry.data.message : ""));
  exhaustive(page.messages[0]!);
  // @ts-expect-error: no such type
  await room.publish("shout", { message: "hi" });
  // @ts-expect-error: not its data
  await client.publish({ user: "bob" }, "chat", { on: true });
  // @ts-expect-error: no such event
  client.on("chat", () => {});
  // @ts-expect-error: not its data
  room.fleeting("typing", { on: 1 });
  await untyped.publish("general", "anything", { at: "all" });
}

function exhaustive(entry: Entry<Chat>): string {
  switch (entry.type) {
    case "chat":
      return entry.data.message;
    case "typing":
      return String(entry.data.on);
    case "ask":
    case "answer":
      return String(entry.data.n);
  }
}

test("the types hold (the compiler has seen to it)", () => {});
