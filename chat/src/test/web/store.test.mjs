import assert from "node:assert/strict";
import { test } from "node:test";
import { parts } from "../../../target/classes/dev/switchboard/chat/web/app/links.js";
import { is, levelOf, textOf } from "../../../target/classes/dev/switchboard/chat/web/app/reading.js";
import { Store } from "../../../target/classes/dev/switchboard/chat/web/app/store.js";

const said = (seq, from, time = seq) => ({ seq, from, text: "x", messageId: `${from}${seq}`, time });

test("what was read in an earlier visit counts only in the same epoch", () => {
  const store = new Store("ann", { "room:general": ["e1", 5], "room:boats": ["gone", 5] });
  const general = store.open("room", "general");
  const boats = store.open("room", "boats");
  assert.equal(store.learnEpoch(general, "e1"), true);
  assert.equal(general.read, 5);
  assert.equal(boats.read, 0);
  store.learnEpoch(boats, "e1");
  assert.equal(boats.read, 0);
});

test("a room seen for the first time has nothing that was read", () => {
  const store = new Store("ann", {});
  assert.equal(store.learnEpoch(store.open("room", "general"), "e1"), false);
});

test("a room and a person of one name are two conversations", () => {
  const store = new Store("ann", {});
  assert.notEqual(store.open("room", "bob"), store.open("user", "bob"));
  assert.equal(store.open("room", "bob"), store.find("room", "bob"));
});

test("people stand in the order of the last message", () => {
  const store = new Store("ann", {});
  store.open("user", "bob").take(said(1, "bob"));
  store.open("user", "cleo").take(said(2, "cleo"));
  assert.deepEqual(store.of("user").map(({ name }) => name), ["cleo", "bob"]);
});

test("unread counts all conversations", () => {
  const store = new Store("ann", {});
  store.open("user", "bob").take(said(1, "bob"));
  store.open("room", "general").take(said(1, "cleo"));
  assert.equal(store.unread, 2);
});

test("only http and https become links, without what ends the sentence", () => {
  const hrefs = (text) => parts(text).flatMap(({ href }) => href ?? []);
  assert.deepEqual(hrefs("see https://a.example/x?y=1."), ["https://a.example/x?y=1"]);
  assert.deepEqual(hrefs("(http://a.example/b_(c))"), ["http://a.example/b_(c)"]);
  assert.deepEqual(hrefs("看https://a.example/路，好"), ["https://a.example/路"]);
  assert.deepEqual(hrefs('javascript:alert(1) data:text/html,x <img src="https:x">'), []);
  assert.deepEqual(hrefs("https://"), []);
  assert.deepEqual(hrefs("[(see http://a.example/b).]"), ["http://a.example/b"]);
  assert.deepEqual(hrefs("{http://a.example/[1]?q={x}}, and so on"), ["http://a.example/[1]?q={x}"]);
});

test("a text made to be slow costs what its length does", { timeout: 20_000 }, () => {
  for (const end of [")".repeat(500_000), ")]}".repeat(200_000), "(".repeat(250_000) + ")".repeat(250_001), ".".repeat(500_000) + "x", ").".repeat(250_000)]) {
    assert.equal(parts(`http://a.example/${end}`).map((part) => part.text).join(""), `http://a.example/${end}`);
  }
});

test("what is in a log may be anything, and is read without failing", () => {
  for (const data of [undefined, null, "x", 7, [], {}, { content: 7 }, { content: null }, { content: { toString: 1 } }]) {
    assert.equal(textOf(data, "content"), undefined);
    assert.equal(is(data, "on"), false);
    assert.equal(levelOf(data), "info");
  }
  assert.equal(textOf({ content: "" }, "content"), "");
  assert.equal(is({ on: true }, "on"), true);
  assert.equal(is({ on: "yes" }, "on"), false);
  assert.equal(levelOf({ level: "error" }), "error");
  assert.equal(levelOf({ level: "constructor" }), "info");
});

test("a text keeps every character, links or not", () => {
  for (const text of ["", "plain", "a https://b.example c", "https://b.example", "x https://[ y"]) {
    assert.equal(parts(text).map((part) => part.text).join(""), text);
  }
});
