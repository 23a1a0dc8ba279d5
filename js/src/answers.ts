import type { Emit } from "./effects.js";
import { SwitchboardError } from "./error.js";
import type { Command } from "./outbox.js";
import type { Places } from "./places.js";
import { statusesOf } from "./statuses.js";
import type { Place } from "./types.js";
import { entryFault, errorOf, isObject, names, objects, text, whole, type Json } from "./wire.js";

type Message = Json & { type: string };

/** Applies the answer to `command`, and settles its ticket. */
export function answer(command: Command, message: Message, places: Places, emit: Emit): void {
  if (message.type === "error") return refused(command, errorOf(message, command.unsent), places, emit);
  switch (command.kind) {
    case "publish":
      return published(command, message, places, emit);
    case "join":
    case "rejoin":
      return joined(command, message, places, emit);
    case "leave":
      return left(command, places, emit, message.code === undefined ? undefined : errorOf(message));
    case "history":
      return settle(command, emit, pageOf(message, emit));
    case "user_list":
      return settle(command, emit, { members: names(message.members), count: whole(message.count) });
    case "user_status":
      return settle(command, emit, statusesOf(message));
    case "request":
      return settle(command, emit, { type: message.type, data: message.data });
  }
}

/** Entries that can't be read are reported, and left out. */
function pageOf(message: Message, emit: Emit): Json {
  const all = objects(message.messages);
  const messages: Json[] = [];
  for (const entry of all) {
    const fault = entryFault(entry);
    if (fault) emit({ kind: "report", name: "error", event: new SwitchboardError("bad_message", fault, false) });
    else messages.push(entry.data === undefined ? { ...entry, data: {} } : entry);
  }
  return {
    messages,
    first: whole(all[0]?.seq),
    last: whole(all.at(-1)?.seq),
    more: message.more === true,
    epoch: text(message.epoch),
    seq: whole(message.seq),
  };
}

function refused(command: Command, error: SwitchboardError, places: Places, emit: Emit): void {
  const room = text(command.head.room);
  if (command.kind === "leave" && error.code === "not_a_member") return left(command, places, emit);
  if (command.kind === "rejoin") {
    places.rooms.delete(room);
    emit({ kind: "report", name: "room_left", event: { room, error } });
  }
  if (command.ticket !== undefined) emit({ kind: "refuse", ticket: command.ticket, error });
}

function published(command: Command, message: Message, places: Places, emit: Emit): void {
  const { head } = command;
  const seqs = isObject(message.seqs) ? (message.seqs as Record<string, number>) : undefined;
  const seq = whole(message.seq);
  if (head.echo === false) {
    for (const room of names(head.rooms)) places.rooms.get(room)?.log.skip(whole(seqs?.[room]));
    if (!seqs) places.logOf(head)?.skip(seq);
  }
  settle(command, emit, seqs ? { seqs } : { seq });
}

function joined(command: Command, message: Message, places: Places, emit: Emit): void {
  const room = text(message.room, text(command.head.room));
  const { since, recent } = command.head as { since?: Partial<Place>; recent?: number };
  const gap = places.joined(room, message, since, recent);
  if (gap) emit({ kind: "report", name: "gap", event: gap });
  const { epoch, seq } = { epoch: text(message.epoch), seq: whole(message.seq) };
  const members = names(message.members);
  const recovered = message.recovered !== false;
  const event = { room, epoch, seq, members, count: whole(message.count), recovered };
  emit({ kind: "report", name: "room_joined", event });
  if (command.ticket !== undefined) emit({ kind: "settle", ticket: command.ticket, value: event });
}

function left(command: Command, places: Places, emit: Emit, error?: SwitchboardError): void {
  const room = text(command.head.room);
  const event = error ? { room, error } : { room };
  if (places.rooms.delete(room)) emit({ kind: "report", name: "room_left", event });
  settle(command, emit, undefined);
}

function settle(command: Command, emit: Emit, value: unknown): void {
  if (command.ticket !== undefined) emit({ kind: "settle", ticket: command.ticket, value });
}
