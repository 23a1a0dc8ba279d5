import type { SwitchboardError } from "./error.js";

/** Message types when a client is not given a map: any name, data unknown. */
export type AnyMessages = Record<string, unknown>;

/** The names of a message map. */
export type TypeOf<M> = keyof M & string;

/** A message as the server delivered it (spec/protocol.md#5-messages-and-where-they-go). */
export interface Delivered<T extends string, D> {
  readonly type: T;
  readonly data: D;
  /** Who the server says sent it. */
  readonly from: string;
  /** Milliseconds since 1970, by the server's clock. */
  readonly timestamp: number;
  /** The log: one of `room`, `user` (your inbox) and `everyone`. */
  readonly room?: string;
  readonly user?: string;
  readonly everyone?: true;
  /** The place in the log; a fleeting message has none. */
  readonly seq?: number;
  readonly epoch?: string;
  readonly messageId?: string;
  readonly fleeting?: true;
}

/** Every message of a map: a union that `type` tells apart. */
export type Entry<M> = { [T in TypeOf<M>]: Delivered<T, M[T]> }[TypeOf<M>];

/** What answers a request: `A` names the reply's type by the request's, as in `{ ask: "answer" }`. */
export type Answer<M, A, T> = T extends keyof A ? (A[T] extends keyof M ? M[A[T]] : unknown) : unknown;

/** `idle`: never connected. `waiting`: for the next attempt. `closed`: until `connect()` or `reconnect()` is called. */
export type State = "idle" | "connecting" | "open" | "waiting" | "closing" | "closed";

/** A place in a log. */
export interface Place {
  readonly epoch: string;
  readonly seq: number;
}

/** Which log: a room, your inbox, or everyone's. */
export type LogAddress = { readonly room: string } | { readonly user: string } | { readonly everyone: true };

/** Where a message goes. */
export type Address = LogAddress | { readonly rooms: readonly string[] };

export interface JoinOptions {
  /** So many of the last entries follow (1–200). */
  recent?: number;
  /** What came after this place follows; without `epoch` the current one is meant. */
  since?: { epoch?: string; seq: number };
  /** Milliseconds; default `requestTimeout`. */
  timeout?: number;
}

export interface HistoryOptions {
  /** The newest entries below this seq. */
  before?: number;
  /** The oldest entries above this seq. */
  after?: number;
  /** 1–200, default 50. */
  limit?: number;
  timeout?: number;
}

export interface PublishOptions {
  /** `false`: this session does not get its own copy. */
  echo?: boolean;
  /** To publish a refused message again under its old name; default a new UUIDv7. */
  messageId?: string;
}

export interface UserListOptions {
  /** The names behind this one, in the order of code points. */
  after?: string;
  timeout?: number;
}

/** Part of a log, oldest first. */
export interface Page<M> extends Place {
  readonly messages: readonly Entry<M>[];
  /** Whether the log holds more in that direction. */
  readonly more: boolean;
}

/** Where an acknowledged message is. */
export interface Published {
  readonly seq: number;
}

/** Where a message to several rooms is. */
export interface PublishedToRooms {
  readonly seqs: Readonly<Record<string, number>>;
}

/** At most 100 users, and how many there are. */
export interface Users {
  readonly members: readonly string[];
  readonly count: number;
}

export interface RoomJoined extends Users, Place {
  readonly room: string;
  readonly recovered: boolean;
}

export interface Presence {
  readonly room: string;
  readonly user: string;
  readonly count: number;
}

/** Whether a user is online, with whatever number of programs. */
export interface UserStatus {
  readonly user: string;
  readonly online: boolean;
  /** When the last connection ended, in milliseconds since 1970; of one who is not online and whom the server remembers. */
  readonly lastSeen?: number;
}

/** What became of a large room since it was told last; comes after a `user_joined` or `user_left` for each who is named. */
export interface UsersChanged {
  readonly room: string;
  /** Some of those who came. */
  readonly joined: readonly string[];
  /** Some of those who left. */
  readonly left: readonly string[];
  readonly count: number;
  /** Others came or left who are not named. */
  readonly more: boolean;
}

/** The state changed. `waiting` has the milliseconds until `attempt`, and with what the last connection or attempt ended. */
export interface StateChange {
  readonly state: State;
  readonly before: State;
  readonly attempt?: number;
  readonly delay?: number;
  readonly code?: number;
  readonly reason?: string;
}

/** What `client.on` tells, by name. */
export interface Events<M> {
  /** The connection is usable; `resumed`: the session goes on. */
  open: { readonly session: string; readonly user: string; readonly resumed: boolean };
  /** An open connection ended, or the client stopped; `again`: it will come back by itself. */
  close: { readonly code: number; readonly reason: string; readonly clean: boolean; readonly again: boolean };
  /** An error that answers nothing of yours, a message that cannot be read, a listener that threw. */
  error: SwitchboardError;
  state: StateChange;
  /** An attempt to come back begins. */
  reconnect: { readonly attempt: number };
  reconnect_success: { readonly attempt: number };
  /** The last attempt allowed has failed; the client is closed. */
  reconnect_failed: { readonly attempt: number };
  message: Entry<M>;
  room_joined: RoomJoined;
  /** You left, or the server took you out (then `error` may say why). */
  room_left: { readonly room: string; readonly error?: SwitchboardError };
  user_joined: Presence;
  user_left: Presence;
  /** A user given to `client.watch` came online, or went. */
  user_status: UserStatus;
  /** In place of many messages of who came and went, in a large room. */
  users_changed: UsersChanged;
  /** What was missed in this log cannot be had; the log goes on behind `seq`. Load history if you need it. */
  gap: Place & { readonly room?: string; readonly user?: string; readonly everyone?: true };
  /** A ping was answered, after so many milliseconds. */
  heartbeat: { readonly latency: number };
  /** Nothing was heard for so many milliseconds; the connection is given up. */
  heartbeat_timeout: { readonly silence: number };
}
