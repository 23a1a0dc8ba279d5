// Writes src/codes.ts from ../spec/codes.json. `render` is what the test compares the file with.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export const source = here("../../spec/codes.json");
export const target = here("../src/codes.ts");

export function render() {
  const { close, errors } = JSON.parse(readFileSync(source, "utf8"));
  const lines = ["// Generated from spec/codes.json by `npm run codes`. Do not edit.", ""];
  lines.push("/** Close codes by name (spec/protocol.md#11-closing). */", "export const CloseCode = {");
  for (const { name, code, meaning } of close) lines.push(`  /** ${meaning} */`, `  ${name}: ${code},`);
  lines.push("} as const;", "");
  lines.push("/** What a client does after a close with one of the known codes. */");
  lines.push('export const afterClose: ReadonlyMap<number, "reconnect" | "stop"> = new Map([');
  for (const { code, then } of close) lines.push(`  [${code}, "${then}"],`);
  lines.push("]);", "");
  lines.push("/** Error codes that a server answers with (spec/protocol.md#6-answers). */", "export type ErrorCode =");
  lines.push(errors.map(({ code }) => `  | "${code}"`).join("\n") + ";", "");
  lines.push("/** Whether the same message can succeed later, where the server did not say. */");
  lines.push("export const retryable: ReadonlyMap<string, boolean> = new Map([");
  for (const { code, retryable } of errors) lines.push(`  ["${code}", ${retryable}],`);
  lines.push("]);", "");
  return lines.join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, render());
