import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cbor } from "#client/cbor.js";
import { envelope } from "#client/wire.js";

interface Vector {
  kind: string;
  title: string;
  /** JSON, or what is wrong. */
  says: string;
  bytes: Uint8Array;
}

const vectors: Vector[] = readFileSync("../spec/cbor-vectors.txt", "utf8")
  .split("\n\n")
  .map((block) => block.split("\n").filter((line) => line !== "" && !line.startsWith("#")))
  .filter((lines) => lines.length > 0)
  .map(([head = "", says = "", ...hex]) => ({
    kind: head[0]!,
    title: head.slice(2),
    says,
    bytes: Buffer.from(hex.join("").replaceAll(" ", ""), "hex"),
  }));

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

for (const { kind, title, says, bytes } of vectors.filter(({ kind }) => kind !== "!")) {
  test(`CBOR and JSON: ${title}`, () => {
    const value: unknown = JSON.parse(says);
    if (kind !== ">") assert.deepEqual(cbor.decode(bytes), value);
    // A JavaScript number has no trailing zeros and no more than 53 bits, so other JSON may become other CBOR.
    const numbers = kind === "=" && JSON.stringify(value) !== says;
    if (kind !== "<" && !numbers && title !== "a number keeps its value, not its digits") {
      assert.equal(hex(cbor.encode(value)), hex(bytes));
    }
    if (title !== "half of a surrogate pair") assert.deepEqual(cbor.decode(cbor.encode(value)), JSON.parse(JSON.stringify(value)));
  });
}

for (const { title, says, bytes } of vectors.filter(({ kind }) => kind === "!")) {
  test(`refused in CBOR: ${title}`, () => {
    switch (says) {
      case "type: missing":
      case "not a CBOR map":
        assert.equal(envelope(cbor.decode(bytes)), undefined);
        break;
      case "id: wrong kind": // for servers, which read IDs
        assert.ok(envelope(cbor.decode(bytes)));
        break;
      default:
        assert.throws(() => cbor.decode(bytes), Error);
    }
  });
}

test("any prefix of a message, and any change of one byte, is read or refused", () => {
  for (const { bytes } of vectors) {
    for (let end = 0; end < bytes.length; end++) attempt(bytes.subarray(0, end));
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [1, 0x20, 0x80, 0xff]) {
        const changed = Uint8Array.from(bytes);
        changed[at]! ^= flip;
        attempt(changed);
      }
    }
  }
});

function attempt(bytes: Uint8Array): void {
  let value: unknown;
  try {
    value = cbor.decode(bytes);
  } catch (error) {
    assert.ok(error instanceof Error);
    return;
  }
  assert.deepEqual(cbor.decode(cbor.encode(value)), JSON.parse(JSON.stringify(value)));
}

test("nesting has a bound, in arrays and maps", () => {
  const nested = (depth: number) => Uint8Array.from([...Array<number>(depth).fill(0x81), 0x00]);
  cbor.decode(nested(100));
  assert.throws(() => cbor.decode(nested(101)), /nested/);
  assert.throws(() => cbor.decode(nested(1_000_000)), /nested/);
});

test("a key of any name is a key", () => {
  const value = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}');
  const back = cbor.decode(cbor.encode(value));
  assert.deepEqual(back, value);
  assert.ok(Object.hasOwn(back as object, "__proto__"));
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

test("long texts and many elements", () => {
  const value = { text: "ü".repeat(100_000), list: Array.from({ length: 70_000 }, (_, i) => i * i - 1000), bytes: 0.5 };
  assert.deepEqual(cbor.decode(cbor.encode(value)), value);
});
