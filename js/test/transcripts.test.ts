import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { clients, read, replay } from "./transcript.js";

const folder = new URL("../../../spec/transcripts/", import.meta.url);

for (const file of readdirSync(folder).filter((name) => name.endsWith(".txt")).sort()) {
  const transcript = read(readFileSync(new URL(file, folder), "utf8"));
  const title = `${file}: ${transcript.title}`;
  const names = clients(transcript);
  if (transcript.title.includes("no client library replays")) test(title, { skip: "its title says so" }, () => {});
  else if (names.length === 0) test(title, { skip: "no client in it has code of its own" }, () => {});
  for (const name of names) {
    test(`${title} (${name})`, () => replay(transcript, name));
    test(`${title} (${name}): the replay misses no line`, () => {
      const { lines } = transcript;
      for (const line of lines.filter((one) => one.startsWith(`${name}>`) || one.startsWith(`${name}=`))) {
        const without = lines.filter((one) => one !== line);
        assert.throws(() => replay({ ...transcript, lines: without }, name), `it does not miss "${line}"`);
      }
    });
  }
}
