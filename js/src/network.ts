/** Tells when the network or the page has changed in a way that connections may not have survived. */
export class Network {
  readonly #returned: () => void;
  readonly #changed: () => void;
  readonly #shown = () => void (document.visibilityState === "visible" && this.#changed());
  #watching = false;

  /**
   * `returned` is called when the network is back or the page was frozen until now, `changed` when the network is gone or the
   * page is visible again.
   */
  constructor(returned: () => void, changed: () => void) {
    this.#returned = returned;
    this.#changed = changed;
  }

  /** Starts or stops watching. Where there is no page and no worker, there is nothing to watch. */
  watch(on: boolean): void {
    if (on === this.#watching || typeof globalThis.addEventListener !== "function") return;
    this.#watching = on;
    const events: [EventTarget | undefined, string, () => void][] = [
      [globalThis, "online", this.#returned],
      [globalThis, "offline", this.#changed],
      [globalThis, "pageshow", this.#returned],
      [globalThis.document, "resume", this.#returned],
      [globalThis.document, "visibilitychange", this.#shown],
    ];
    for (const [target, name, listener] of events) {
      if (on) target?.addEventListener(name, listener);
      else target?.removeEventListener(name, listener);
    }
  }
}
