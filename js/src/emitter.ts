type Listener = (...args: any[]) => unknown;

/**
 * Listeners by name; `Args` maps each name to its arguments. An exception in one affects neither the others nor the caller.
 */
export class Emitter<Args> {
  readonly #listeners = new Map<keyof Args, Set<Listener>>();
  readonly #thrown: (error: unknown) => void;

  constructor(thrown: (error: unknown) => void) {
    this.#thrown = thrown;
  }

  /** Adds a listener. Returns a function that removes it. */
  on<Name extends keyof Args>(name: Name, listener: (...args: Args[Name] & any[]) => unknown): () => void {
    const own = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, own.add(listener));
    return () => this.off(name, listener);
  }

  once<Name extends keyof Args>(name: Name, listener: (...args: Args[Name] & any[]) => unknown): () => void {
    const off = this.on(name, (...args: any[]) => {
      off();
      return (listener as Listener)(...args);
    });
    return off;
  }

  /** Removes a listener or, if none is given, all listeners of this name. */
  off<Name extends keyof Args>(name: Name, listener?: (...args: Args[Name] & any[]) => unknown): void {
    const own = this.#listeners.get(name);
    if (listener) own?.delete(listener);
    if (!listener || own?.size === 0) this.#listeners.delete(name);
  }

  emit<Name extends keyof Args>(name: Name, ...args: Args[Name] & any[]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        const result = listener(...args);
        if (result instanceof Promise) result.catch(this.#thrown);
      } catch (error) {
        this.#thrown(error);
      }
    }
  }

  has(name: keyof Args): boolean {
    return this.#listeners.has(name);
  }

  get empty(): boolean {
    return this.#listeners.size === 0;
  }
}
