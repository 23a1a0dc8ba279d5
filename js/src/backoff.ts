import type { Settings } from "./options.js";

/** The longest wait that a server can ask for. */
const LONGEST = 300_000;

/** Milliseconds before the n-th attempt in a row (from 1); `random` is drawn evenly from 0 to 1. */
export function backoff(settings: Settings, attempt: number, random: number): number {
  const { reconnectBackoff, reconnectDelay, maxReconnectDelay } = settings;
  if (reconnectBackoff === "fixed") return reconnectDelay;
  return Math.round(random * Math.min(maxReconnectDelay, reconnectDelay * 2 ** Math.min(attempt - 1, 30)));
}

/** What the reason of a 4029 asks for, if anything. */
export function retryAfter(reason: string): number {
  const found = /retryAfter\W{0,5}(\d{1,9})/.exec(reason);
  return found ? bounded(Number(found[1])) : 0;
}

export function bounded(delay: number): number {
  return Math.min(Math.max(0, delay), LONGEST);
}
