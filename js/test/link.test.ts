import assert from "node:assert/strict";
import { test } from "node:test";
import { fit } from "#client/link.js";

test("a reason that is too long for a close frame is cut between characters", () => {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  assert.equal(fit("bye"), "bye");
  assert.equal(fit("x".repeat(123)), "x".repeat(123));
  assert.equal(fit("x".repeat(9000)), "x".repeat(123));
  assert.equal(fit("x".repeat(122) + "ü"), "x".repeat(122));
  assert.equal(fit("x".repeat(120) + "👋"), "x".repeat(120));
  assert.equal(fit("x".repeat(119) + "👋!"), "x".repeat(119) + "👋");
  assert.ok(bytes(fit("\ud83d".repeat(60))) <= 123);
});
