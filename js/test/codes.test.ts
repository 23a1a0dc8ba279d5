import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

test("src/codes.ts is what scripts/codes.mjs makes of spec/codes.json", async () => {
  const script = new URL("../../scripts/codes.mjs", import.meta.url).href;
  const { render, target } = (await import(script)) as { render(): string; target: string };
  assert.equal(readFileSync(target, "utf8"), render(), "run `npm run codes`");
});
