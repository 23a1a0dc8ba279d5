import type { Emit, Report } from "./effects.js";
import type { SwitchboardError } from "./error.js";
import type { Patience } from "./patience.js";
import type { Binding, DecryptionReason } from "./jwe.js";
import type { Reading } from "./plain.js";
import type { Sealing } from "./sealing.js";

/** Message types if a client is given no map: any name, with unknown data. */
export type AnyMessages = Record<string, unknown>;

/** The names of a message map. */
export type TypeOf<M> = keyof M & string;

/** What all delivered messages have (spec/protocol.md#5-messages-and-where-they-go). */
interface Envelope<T extends string, D> {
  readonly type: T;
  readonly data: D;
  /** Milliseconds since 1970, by the server's clock. */
  readonly timestamp: number;
  readonly messageId?: string;
}

/** What a published message has. */
interface Publication<T extends string, D> extends Envelope<T, D> {
  /** The user who published it, according to the server. */
  readonly from: string;
  /** The place in the log; a fleeting message has none. */
  readonly seq?: number;
  readonly epoch?: string;
  readonly fleeting?: true;
}

/** A message that was published to a room. */
export interface InRoom<T extends string, D> extends Publication<T, D> {
  readonly room: string;
  readonly user?: undefined;
  readonly everyone?: undefined;
}

/** A direct message: to you, or from you (then `user` is still you: both inboxes have it). */
export interface InInbox<T extends string, D> extends Publication<T, D> {
  readonly user: string;
  readonly room?: undefined;
  readonly everyone?: undefined;
}

/** A message to everyone. */
export interface ToEveryone<T extends string, D> extends Publication<T, D> {
  readonly everyone: true;
  readonly room?: undefined;
  readonly user?: undefined;
}

/** A message from the server's own code to this connection alone; it is in no log. */
export interface FromServer<T extends string, D> extends Envelope<T, D> {
  readonly room?: undefined;
  readonly user?: undefined;
  readonly everyone?: undefined;
  readonly from?: undefined;
  readonly seq?: undefined;
  readonly epoch?: undefined;
  readonly fleeting?: undefined;
}

/** A message as the server delivered it: a union, of which the address tells the kinds apart. */
export type Delivered<T extends string, D> = InRoom<T, D> | InInbox<T, D> | ToEveryone<T, D> | FromServer<T, D>;

/** Any message of a room. */
export type RoomEntry<M> = { [T in TypeOf<M>]: InRoom<T, M[T]> }[TypeOf<M>];

/** Any message of a map: a union discriminated by `type`. */
export type Entry<M> = { [T in TypeOf<M>]: Delivered<T, M[T]> }[TypeOf<M>];

/** `idle`: never connected. `waiting`: until the next attempt. `closed`: until `connect()` or `reconnect()` is called. */
export type State = "idle" | "connecting" | "open" | "waiting" | "closing" | "closed";

/** Whether the client is in a room: see `Room.state`. */
export type RoomState = "left" | "joining" | "joined" | "refused";

/** A place in a log. */
export interface Place {
  readonly epoch: string;
  readonly seq: number;
}

/** The address of a log: a room, your inbox, or everyone. */
export type LogAddress = { readonly room: string } | { readonly user: string } | { readonly everyone: true };

/** The destination of a message. */
export type Address = LogAddress | { readonly rooms: readonly string[] };

export interface SubscribeOptions {
  /** How many of the last messages come first (0–200). Default 0. */
  readonly recent?: number;
  /** Releases the subscription. */
  readonly signal?: AbortSignal;
}

export interface JoinOptions extends Patience {
  /** How many of the last entries follow (1–200). */
  recent?: number;
  /** Entries after this place follow. Without `epoch`, the current epoch is meant. */
  since?: { epoch?: string; seq: number };
}

export interface HistoryOptions extends Patience {
  /** Reads the newest entries below this seq. */
  before?: number;
  /** Reads the oldest entries above this seq. */
  after?: number;
  /** The maximum number of entries, 1–200. Default 50. */
  limit?: number;
}

export interface PublishOptions extends Patience {
  /** If `false`, this session does not get its own copy. */
  echo?: boolean;
  /** The message's ID, to publish a refused message again. Default a new UUIDv7. */
  messageId?: string;
}

/** Encrypts the data of messages; `MessageEncryption` of `switchboard-client/encryption` is one. */
export interface MessageCipher {
  /** Encrypts JSON. `message` is what the envelope will say; it has no `messageId` if the message is fleeting. */
  encrypt(plaintext: string, message: Binding): Promise<string>;
  /** Decrypts it. Rejects with a `DecryptionError` if the message can't be decrypted, or must not be. */
  decryptText(ciphertext: string, message: Binding & { readonly seq?: number }): Promise<string>;
}

/** Some logs, and what encrypts their messages. */
export interface Encryption {
  /** Used by this client only, as it notices messages that come twice. */
  readonly cipher: MessageCipher;
  /** The names of rooms, or what decides for any log. */
  readonly where: readonly string[] | ((log: LogAddress) => boolean);
}

/** What a client encrypts, and how: `encrypted` of `switchboard-client/encryption` makes it. */
export interface EncryptedLogs {
  /** @internal */
  sealing(emit: Emit): Sealing;
  /** @internal */
  opening(tell: (report: Report) => void, failed: (error: unknown) => void): Reading;
}

/** An encrypted message that no listener gets. All but `reason` and `message` is what the server says, and not proven. */
export interface DecryptionFailed {
  /** Why (spec/encryption.md#reasons). Only `unknown_key` may pass, when the key arrives. */
  readonly reason: DecryptionReason;
  readonly message: string;
  readonly type: string;
  readonly from?: string | undefined;
  readonly timestamp: number;
  readonly room?: string | undefined;
  readonly user?: string;
  readonly everyone?: true;
  readonly seq?: number;
  readonly messageId?: string;
}

export interface UserListOptions extends Patience {
  /** Lists the names after this one, in the order of code points. */
  after?: string;
}

export interface CloseOptions {
  /** At most 123 bytes of UTF-8; the rest is cut off. */
  readonly reason?: string;
  /** How many milliseconds published messages have to be acknowledged. Default 0. */
  readonly flush?: number;
}

/** Part of a log, oldest first. */
export interface Page<M> extends Place {
  /** Without those that can't be decrypted, which `decryption_failed` reports. */
  readonly messages: readonly Entry<M>[];
  /** The place of the first and of the last message that was read, also of one left out: go on from there. 0 if none was. */
  readonly first: number;
  readonly last: number;
  /** Whether the log holds more in that direction. */
  readonly more: boolean;
}

/** The place of an acknowledged message. */
export interface Published {
  readonly seq: number;
}

/** The places of a message that was published to several rooms. */
export interface PublishedToRooms {
  readonly seqs: Readonly<Record<string, number>>;
}

/** At most 100 users, and how many there are in total. */
export interface Users {
  readonly members: readonly string[];
  readonly count: number;
}

export interface Members extends Users {
  readonly room: string;
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

/** Whether a user is online, with any number of connections. */
export interface UserStatus {
  readonly user: string;
  readonly online: boolean;
  /**
   * When the user's last connection ended, in milliseconds since 1970. Absent if the user is online or the server does not
   * remember.
   */
  readonly lastSeen?: number;
}

/**
 * What has changed in a large room since the last report. It follows a `user_joined` or `user_left` for each named user.
 */
export interface UsersChanged {
  readonly room: string;
  /** Users who joined; not necessarily all of them. */
  readonly joined: readonly string[];
  /** Users who left; not necessarily all of them. */
  readonly left: readonly string[];
  readonly count: number;
  /** Whether other users, who are not named, joined or left. */
  readonly more: boolean;
}

/** The state changed. `waiting` has the milliseconds until `attempt`, and how the last connection or attempt ended. */
export interface StateChange {
  readonly state: State;
  readonly before: State;
  readonly attempt?: number;
  readonly delay?: number;
  readonly code?: number;
  readonly reason?: string;
}

/** A token that the server has not taken, or that was not to be had. */
export interface AuthFailure {
  readonly message: string;
  readonly again: boolean;
}

/** The events of `client.on`, by name. */
export interface Events<M> {
  /** The session is open; `resumed` tells whether it continues an earlier connection. */
  open: { readonly session: string; readonly user: string; readonly resumed: boolean };
  /** The session is open, but the server was built from other types: both are hashes of the generated protocol. */
  protocol_mismatch: { readonly server: string; readonly client: string };
  /** An open connection has ended, or the client has stopped; `again` tells whether it will reconnect by itself. */
  close: { readonly code: number; readonly reason: string; readonly clean: boolean; readonly again: boolean };
  /** An error that answers nothing you sent, a message that cannot be read, or an exception from a listener. */
  error: SwitchboardError;
  state: StateChange;
  /** A reconnect attempt starts. */
  reconnect: { readonly attempt: number };
  reconnect_success: { readonly attempt: number };
  /** The last allowed attempt has failed; the client is closed. */
  reconnect_failed: { readonly attempt: number };
  message: Entry<M>;
  /** A message arrived that could not be decrypted, is plain where all are encrypted, or the reverse. */
  decryption_failed: DecryptionFailed;
  room_joined: RoomJoined;
  /** You left the room, or the server does not let you in, or has removed you; then `error` may tell why. */
  room_left: { readonly room: string; readonly error?: SwitchboardError };
  user_joined: Presence;
  user_left: Presence;
  /** The list of a room's first 100 members or their count has changed, for whichever reason. */
  members: Members;
  /** A user passed to `client.watch` went online or offline. */
  user_status: UserStatus;
  /** Replaces many messages about who joined and left a large room. */
  users_changed: UsersChanged;
  /** Entries of this log were missed and can't be recovered; the log continues after `seq`. Load history if you need it. */
  gap: Place & { readonly room?: string; readonly user?: string; readonly everyone?: true };
  /** The server has taken a token; `expiresIn` milliseconds, without it for ever; `renewed`: another was taken before. */
  authenticated: { readonly user: string; readonly expiresIn?: number; readonly renewed: boolean };
  /**
   * The server has not taken a token, or there was none to be had. `again`: the client tries again by itself; if not, it
   * stops, unless the server lets guests in.
   */
  auth_failed: AuthFailure;
  /** The proof of who the user is expires after so many milliseconds. A client with a `token` renews it now. */
  auth_expiring: { readonly expiresIn: number };
  /** A ping was answered after this many milliseconds. */
  heartbeat: { readonly latency: number };
  /** Nothing arrived for this many milliseconds; the connection is dropped. */
  heartbeat_timeout: { readonly silence: number };
}
