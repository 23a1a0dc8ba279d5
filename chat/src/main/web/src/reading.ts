/**
 * Reads what others said. The types of `Chat` are what they should say; what is in a log may be anything, so it is looked at
 * before it is used.
 */
import type { Level } from "./chat.js";

const LEVELS: ReadonlySet<unknown> = new Set<Level>(["info", "warning", "error", "success"]);

function field(data: unknown, name: string): unknown {
  return typeof data === "object" && data !== null ? (data as Record<string, unknown>)[name] : undefined;
}

/** The text under this name; undefined if there is none. */
export function textOf(data: unknown, name: string): string | undefined {
  const value = field(data, name);
  return typeof value === "string" ? value : undefined;
}

/** Whether it is true under this name. */
export function is(data: unknown, name: string): boolean {
  return field(data, name) === true;
}

/** How much a notification matters; "info" if that can't be told. */
export function levelOf(data: unknown): Level {
  const level = field(data, "level");
  return LEVELS.has(level) ? (level as Level) : "info";
}
