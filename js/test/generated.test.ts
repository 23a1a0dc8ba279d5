import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, type Protocol } from "#client/index.js";
import { type Confirmed, type Duration, type Instant, type Order, type Payment, shop } from "./shop/shop.js";

class NoSocket {}
const options = { WebSocket: NoSocket as never };

// Never run: that this compiles, and that what must not compile does not, is the test.
export async function typed(url: string): Promise<void> {
  const client = new Client(url, shop, { requestTimeout: 1_000 });
  const room = await client.join("orders");
  room.on("order", (order, entry) => order.lines[0]!.article.trim() + entry.from);
  client.on("message", (entry) => {
    if (entry.type === "price") entry.data.amount.toFixed();
    // @ts-expect-error: a price has no lines
    if (entry.type === "price") entry.data.lines;
  });
  const { more, categories } = await client.request("find", { words: "tea", states: ["OPEN", "on its way"] });
  if (more) categories[0]!.inside[0]!.parent?.name.trim();
  room.fleeting("looking", { "article-no": "AB1" });
  await room.publish("order.moved", { id: "", to: "DELIVERED", revision: 1 });
  await room.publish("order", order({ by: "card", number: "1", check: "x" }));
  await client.publish(["a", "b"], "bell", {});
  client.reply("confirm", "confirmed", ({ within }): Confirmed => ({ yes: within === ("PT1H" as Duration) }));
  await client.send("bell", {});

  // @ts-expect-error: a request is not published
  await room.publish("find", { words: "tea", states: [] });
  // @ts-expect-error: what is fleeting is not published
  await client.publish("orders", "looking", { "article-no": "AB1" });
  // @ts-expect-error: only the server says a price
  await room.publish("price", { article: "tea", amount: 1, version: 1 });
  // @ts-expect-error: a reply is not published
  await room.publish("confirmed", { yes: true });
  // @ts-expect-error: no request
  await client.request("bell", {});
  // @ts-expect-error: only the server asks that
  await client.request("confirm", { within: "PT1H" as Duration });
  // @ts-expect-error: kept, so it is published
  room.fleeting("bell", {});
  // @ts-expect-error: not the type of the reply
  client.reply("confirm", "found", () => ({ yes: true }));
  // @ts-expect-error: no request
  client.reply("bell", "confirmed", () => ({ yes: true }));
  // @ts-expect-error: no such state
  await room.publish("order.moved", { id: "", to: "LOST", revision: 1 });
  // @ts-expect-error: any text is no Instant
  const until: Instant = "today";
  // @ts-expect-error: `due` belongs to the other one
  order({ by: "card", due: "2026-01-01", terms: "" });
  // @ts-expect-error: empty
  await client.send("bell", { volume: 1 });
  // @ts-expect-error: no such option
  new Client(url, shop, { requestTime: 1 });
  void until;
}

function order(payment: Payment): Order {
  return { id: "", lines: [], payment, until: "2026-01-01T00:00:00Z" as Instant, labels: { a: "b" } };
}

/** A client in code that nobody compiled. */
function plain(): Client {
  return new Client("ws://localhost:1/ws", shop as unknown as Protocol<Record<string, unknown>, Record<never, never>>, options);
}

test("a type is only used as the protocol says, also without a compiler", async () => {
  const client = plain();
  const published = (type: string) => client.publish("orders", type, {});
  await assert.rejects(published("looking"), { name: "TypeError", message: /^type: looking is fleeting \(expected: a message\)$/ });
  await assert.rejects(published("find"), /type: find is a request /);
  await assert.rejects(published("price"), /type: price is a message that only the server sends /);
  await assert.rejects(published("toString"), /type: toString is not of this protocol /);
  await assert.rejects(client.room("orders").publish("looking", {}), /type: looking is fleeting /);
  await assert.rejects(client.request("bell", {}), /type: bell is a message \(expected: a request\)/);
  await assert.rejects(client.send("looking", {}), /type: looking is fleeting \(expected: a message or a request\)/);
  assert.throws(() => client.fleeting("orders", "bell", {}), /^TypeError: type: bell is a message \(expected: fleeting\)$/);
  assert.equal(client.fleeting("orders", "looking", {}), false); // not connected
});

test("without a protocol, every type may be anything", () => {
  const client = new Client("ws://localhost:1/ws", options);
  assert.equal(client.fleeting("orders", "bell", {}), false);
});
