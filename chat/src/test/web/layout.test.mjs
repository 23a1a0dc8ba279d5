import assert from "node:assert/strict";
import { test } from "node:test";
import { Conversation } from "../../../target/classes/dev/switchboard/chat/web/app/conversation.js";
import { layout } from "../../../target/classes/dev/switchboard/chat/web/app/layout.js";

const NOON = new Date(2026, 10, 20, 12).getTime();
const MINUTE = 60_000;

function conversation(...said) {
  const general = new Conversation("room", "general", "ann");
  general.inEpoch("e1");
  said.forEach(([from, minutes], at) => general.take({ seq: at + 1, from, text: "x", messageId: `${at}`, time: NOON + minutes * MINUTE }));
  return general;
}

const shape = (general) => layout(general).map((item) => (item.kind === "row" ? `${item.row.seq}${item.head ? "h" : ""}${item.tail ? "t" : ""}` : item.kind));

test("what one person says within five minutes is one group", () => {
  assert.deepEqual(shape(conversation(["bob", 0], ["bob", 4], ["bob", 10], ["ann", 11])), ["day", "1h", "2t", "3ht", "4ht"]);
});

test("each day begins with its date, once", () => {
  assert.deepEqual(shape(conversation(["bob", 0], ["bob", 24 * 60], ["bob", 24 * 60 + 1])), ["day", "1ht", "day", "2h", "3t"]);
});

test("the line above new messages stands before the first unread one of somebody else", () => {
  const general = conversation(["bob", 0], ["ann", 1], ["bob", 2]);
  general.read = 1;
  general.divide();
  assert.deepEqual(shape(general), ["day", "1ht", "2ht", "new", "3ht"]);
});

test("what is missing is said where it is missing", () => {
  const general = conversation(["bob", 0], ["bob", 1]);
  general.missed(9);
  assert.deepEqual(shape(general), ["day", "1h", "2t", "hole"]);
  general.take({ seq: 10, from: "bob", text: "x", messageId: "n", time: NOON + 2 * MINUTE });
  assert.deepEqual(shape(general), ["day", "1h", "2t", "hole", "10ht"]);
});

test("a log that begins anew is set off from what was before", () => {
  const general = conversation(["bob", 0]);
  general.inEpoch("e2");
  general.take({ seq: 1, from: "bob", text: "y", messageId: "n", time: NOON + MINUTE });
  assert.deepEqual(shape(general), ["day", "1ht", "era", "1ht"]);
});

test("keys are unique, so no row can stand for another", () => {
  const general = conversation(["bob", 0], ["bob", 24 * 60]);
  general.inEpoch("e2");
  general.take({ seq: 1, from: "bob", text: "y", messageId: "n", time: NOON + 24 * 60 * MINUTE });
  general.write("w", "z", NOON + 24 * 60 * MINUTE);
  const keys = layout(general).map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length);
});
