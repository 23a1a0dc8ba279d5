import { SwitchboardError } from "./error.js";

/** How long a call waits. */
export interface Patience {
  /** Milliseconds. The call then rejects with `timeout`. */
  readonly timeout?: number;
  /** Gives the call up; it then rejects with the signal's reason. What was sent to the server already may have an effect. */
  readonly signal?: AbortSignal;
}

/** Calls `gaveUp` once the signal is aborted; the returned function ends that. Throws if it was aborted before. */
export function onAbort(signal: AbortSignal | undefined, gaveUp: (reason: unknown) => void): () => void {
  if (!signal) return () => {};
  signal.throwIfAborted();
  const aborted = () => gaveUp(signal.reason);
  signal.addEventListener("abort", aborted, { once: true });
  return () => signal.removeEventListener("abort", aborted);
}

/** Waits for a promise, but not longer than that. */
export function patiently<T>(promise: Promise<T>, { timeout, signal }: Patience): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new SwitchboardError("timeout", `no answer in ${timeout} ms`));
    const timer = timeout === undefined ? undefined : setTimeout(late, timeout);
    const off = onAbort(signal, reject);
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      off();
    });
  });
}
