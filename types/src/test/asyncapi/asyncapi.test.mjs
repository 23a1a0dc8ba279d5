// Reads the committed AsyncAPI documents as other people's tools do. A package of its own, because the parser brings 130 others.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Parser } from "@asyncapi/parser";

const ERROR_OR_WARNING = 1;
const root = new URL("../../../../", import.meta.url);

async function parse(text) {
  const { document, diagnostics } = await new Parser().parse(text);
  return { document, faults: diagnostics.filter(({ severity }) => severity <= ERROR_OR_WARNING).map(({ message }) => message) };
}

for (const file of ["js/test/shop/shop.yaml", "docs/chat.asyncapi.yaml"]) {
  test(`${file} is AsyncAPI 3.0`, async () => {
    const { document, faults } = await parse(readFileSync(new URL(file, root), "utf8"));
    assert.deepEqual(faults, []);
    assert.equal(document.version(), "3.0.0");
  });
}

const shop = readFileSync(new URL("js/test/shop/shop.yaml", root), "utf8");

test("operations say who sends what, and what replies", async () => {
  const { document } = await parse(shop);
  const operations = document.operations().all().map((operation) => [
    operation.id(),
    operation.action(),
    operation.messages().all().map((message) => message.name()).join(" "),
    operation.reply()?.messages().all().map((message) => message.name()).join(" "),
  ]);
  assert.deepEqual(operations, [
    ["publish", "receive", "order order.moved looking bell", undefined],
    ["deliver", "send", "order order.moved looking price bell", undefined],
    ["request_find", "receive", "find", "found"],
    ["request_confirm", "send", "confirm", "confirmed"],
  ]);
});

test("the parser finds what is wrong", async () => {
  for (const broken of [shop.replace("action: send", "action: shout"), shop.replaceAll("messages/looking\"", "messages/seeking\"")]) {
    assert.notDeepEqual((await parse(broken)).faults, []);
  }
});
