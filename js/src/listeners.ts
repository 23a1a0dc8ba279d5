import type { Report } from "./effects.js";
import { Emitter } from "./emitter.js";
import { SwitchboardError } from "./error.js";
import type { Delivered, Events, TypeOf } from "./types.js";

type ByName<M> = { [Name in keyof Events<M>]: [event: Events<M>[Name]] };
type ByType<M> = { [T in TypeOf<M>]: [data: M[T], entry: Delivered<T, M[T]>] };

/** The listeners of a client. What must not go unnoticed is written to the console if nobody listens. */
export class Listeners<M> {
  /** To be called with what a listener threw. */
  readonly thrown = (error: unknown) => this.#threw(error);
  readonly events = new Emitter<ByName<M>>(this.thrown);
  readonly types = new Emitter<ByType<M>>(this.thrown);
  /** Whether listeners of `error` are being told that a listener threw, so that theirs go to the console. */
  #throwing = false;

  /** Tells the listeners. `known` says that the user's code learns of it without them, such as from a promise. */
  tell(report: Report, known: boolean): void {
    const { name, event } = report;
    if (!known && !this.events.has(name)) unheard(report);
    (this.events as Emitter<any>).emit(name, event);
    if (name === "message") (this.types as Emitter<any>).emit(event.type, event.data, event);
  }

  #threw(cause: unknown): void {
    const error = new SwitchboardError("listener", `a listener threw: ${String(cause)}`, false, undefined, undefined, cause);
    if (!this.#throwing && this.events.has("error")) {
      this.#throwing = true;
      this.events.emit("error", error);
      this.#throwing = false;
    } else {
      console.error(error);
    }
  }
}

function unheard({ name, event }: Report): void {
  switch (name) {
    case "state":
      if (event.attempt === 1) console.warn(`not connected, trying again: ${event.code} ${event.reason}`);
      break;
    case "error":
      console.error(event);
      break;
    case "auth_failed":
      console.warn(`not authenticated: ${event.message}`);
      break;
    case "decryption_failed":
      console.warn(`a ${event.type} was dropped: ${event.reason}: ${event.message}`);
      break;
    case "room_left":
      if (event.error) console.error(event.error);
      break;
  }
}
