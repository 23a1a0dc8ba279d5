import assert from "node:assert/strict";
import { test } from "node:test";
import { Conversation } from "../../../target/classes/dev/switchboard/chat/web/app/conversation.js";

const say = (seq, text = `m${seq}`, from = "bob", messageId = `${from}-${seq}`) => ({ seq, text, from, messageId, time: seq * 1_000 });
const room = (...said) => {
  const conversation = new Conversation("room", "general", "ann");
  conversation.inEpoch("e1");
  said.forEach((one) => conversation.take(one));
  return conversation;
};
const texts = (conversation) => conversation.rows.map((row) => row.text);

test("an entry that comes twice is there once, and rows stand in the order of the log", () => {
  const general = room(say(3), say(1), say(3), say(2));
  assert.deepEqual(texts(general), ["m1", "m2", "m3"]);
});

test("what is being sent stands last, and becomes the entry that carries its messageId", () => {
  const general = room(say(1));
  const row = general.write("x", "mine", 1_500);
  general.take(say(2));
  assert.deepEqual(texts(general), ["m1", "m2", "mine"]);
  assert.equal(row.state, "pending");
  general.take(say(3, "mine", "ann", "x"));
  assert.deepEqual(texts(general), ["m1", "m2", "mine"]);
  assert.equal(row.state, "sent");
  assert.equal(row.seq, 3);
});

test("an ack and the own copy are one row, with the server's time", () => {
  const general = room();
  general.write("x", "mine", 1);
  assert.equal(general.take(say(1, "mine", "ann", "x")), true);
  assert.equal(general.take({ ...say(1, "mine", "ann", "x"), time: 99 }), false);
  assert.equal(general.rows.length, 1);
  assert.equal(general.rows[0].time, 99);
});

test("another person's messageId never takes over an own row", () => {
  const general = room();
  const row = general.write("x", "mine", 1);
  general.take(say(1, "theirs", "bob", "x"));
  assert.equal(row.state, "pending");
  assert.deepEqual(texts(general), ["theirs", "mine"]);
});

test("a log that was lost begins anew: what is new with a known seq is shown behind what is old", () => {
  const general = room(say(1), say(2));
  general.inEpoch("e2");
  assert.equal(general.take(say(1, "new", "bob", "other")), true);
  assert.deepEqual(texts(general), ["m1", "m2", "new"]);
  assert.equal(general.lastSeq, 1);
});

test("unread is what others said behind the place that was read", () => {
  const general = room(say(1), say(2, "mine", "ann"), say(3), say(4));
  general.read = 1;
  assert.equal(general.unread, 2);
  assert.equal(general.markRead(), true);
  assert.equal(general.unread, 0);
  assert.equal(general.markRead(), false);
});

test("a hole is where the last row was, and only if something is missing", () => {
  const general = room(say(1), say(2));
  assert.equal(general.missed(2), undefined);
  const hole = general.missed(9);
  assert.deepEqual({ after: hole.after, until: hole.until, state: hole.state }, { after: 2, until: 9, state: "open" });
  general.close(hole);
  assert.equal(general.holes.length, 0);
});

test("rows are bounded: the oldest go, can be loaded again, and are not taken for known", () => {
  const general = room();
  for (let seq = 1; seq <= 1_501; seq++) general.take(say(seq));
  general.older = false;
  general.trim();
  assert.equal(general.rows.length, 1_000);
  assert.equal(general.older, true);
  assert.equal(general.cursor, 502);
  assert.equal(general.take(say(501)), true);
});
