// The text form of encrypted messages (spec/encryption.md). Internal; see encryption.ts.

/** Why a message was not decrypted (spec/encryption.md#reasons). */
export type DecryptionReason =
  /** Not an encrypted message, or cut off. */
  | "malformed"
  /** Longer than any message. */
  | "too_large"
  /** Another algorithm, or a header that this version does not know. */
  | "unsupported"
  /** Its key is not in the key ring. */
  | "unknown_key"
  /** Encrypted for another address, sender, type or message id than it arrived with. */
  | "wrong_binding"
  /** Encrypted with another key, or changed since. */
  | "not_authentic"
  /** Decrypted before, at another place. */
  | "replayed"
  /** Plain, where everything has to be encrypted. Only clients that decrypt by themselves say so. */
  | "not_encrypted";

/** An encrypted message that was not decrypted. Trying again helps only for `unknown_key`, once the key is there. */
export class DecryptionError extends Error {
  override readonly name = "DecryptionError";

  constructor(
    readonly reason: DecryptionReason,
    message: string,
  ) {
    super(`${reason}: ${message}`);
  }
}

/** Where an encrypted message belongs: what its envelope says about it. A received message is one. */
export interface Binding {
  /** The log; none of the three between a client and the server's own handler. */
  readonly room?: string;
  readonly user?: string;
  readonly everyone?: true;
  /** The user who sends it; absent if the server does. */
  readonly from?: string;
  readonly type: string;
  /** Absent: a random one when encrypting, any when decrypting. */
  readonly messageId?: string;
}

/** The five parts of a JWE in compact form (RFC 7516 §7.1). `header` is still encoded: it is authenticated as it is. */
export interface Parts {
  readonly header: string;
  readonly key: Bytes;
  readonly iv: Bytes;
  /** The ciphertext with the tag behind it, as WebCrypto takes it. */
  readonly sealed: Bytes;
}

export type Bytes = Uint8Array<ArrayBuffer>;

export type Header = Binding & { readonly kid: string; readonly messageId: string };

const maxLength = 16 * 1024 * 1024;
const maxHeader = 2_731; // base64url of 2,048 bytes
const fixed = { alg: "A256KW", enc: "A256GCM", typ: "switchboard.v1" } as const;
const places = ["room", "user", "everyone"] as const;
const known = new Set<string>([...Object.keys(fixed), "kid", ...places, "from", "type", "messageId"]);
const keyId = /^[A-Za-z0-9._-]{1,64}$/;
const typeName = /^[a-z][a-z0-9_.-]{0,63}$/;
const forbiddenInNames = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const tagBytes = 16;

export const isKeyId = (id: string): boolean => keyId.test(id);

const malformed = (what: string): DecryptionError => new DecryptionError("malformed", what);

export const encodeText = (text: string): Bytes => new TextEncoder().encode(text);

/** Decodes UTF-8, a byte order mark too; `what` names the text if it is not UTF-8. */
export function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed(`${what}: not UTF-8`);
  }
}

export function encodeBytes(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Decodes base64url (RFC 7515 §2). Each value has exactly one text: without padding, and with the bits that encode
 * nothing zero. Otherwise a changed character could go unnoticed.
 */
export function decodeBytes(text: string, what: string): Bytes {
  const left = text.length % 4;
  const last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".indexOf(text.slice(-1));
  const unused = left === 2 ? 15 : left === 3 ? 3 : 0;
  if (left === 1 || /[^A-Za-z0-9_-]/.test(text) || (last & unused) !== 0) throw malformed(`${what}: not base64url`);
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

export function split(jwe: string): { parts: Parts; header: Header } {
  if (jwe.length > maxLength) {
    throw new DecryptionError("too_large", `${jwe.length} characters (expected: at most ${maxLength})`);
  }
  const parts = jwe.split(".", 6);
  if (parts.length !== 5) throw malformed("not five parts");
  const [first, wrapped, nonce, ciphertext, tag] = parts as [string, string, string, string, string];
  const header = readHeader(first);
  const key = exactly(40, wrapped, "encrypted key");
  const iv = exactly(12, nonce, "initialization vector");
  const hidden = decodeBytes(ciphertext, "ciphertext");
  const sealed = new Uint8Array(hidden.length + tagBytes);
  sealed.set(hidden);
  sealed.set(exactly(tagBytes, tag, "authentication tag"), hidden.length);
  return { parts: { header: first, key, iv, sealed }, header };
}

export function join({ header, key, iv, sealed }: Parts): string {
  const tag = sealed.length - tagBytes;
  return [header, ...[key, iv, sealed.subarray(0, tag), sealed.subarray(tag)].map(encodeBytes)].join(".");
}

function exactly(length: number, text: string, what: string): Bytes {
  const bytes = decodeBytes(text, what);
  if (bytes.length !== length) throw malformed(`${what} of ${bytes.length} bytes (expected: ${length})`);
  return bytes;
}

/** The header as it stands in the message, and is authenticated. */
export function writeHeader(kid: string, binding: Binding, messageId: string): string {
  const { room, user, everyone, from, type } = binding;
  const { alg, enc, typ } = fixed;
  const header = { alg, enc, kid, typ, room, user, everyone, from, type, messageId };
  const wrong = wrongValue(header);
  if (wrong !== undefined) throw new TypeError(`${wrong} (expected: what an envelope can say)`);
  return encodeBytes(encodeText(JSON.stringify(header)));
}

/** Reads a flat JSON object of the keys that are known here and no others: nothing in it can choose or ask anything. */
function readHeader(encoded: string): Header {
  if (encoded.length > maxHeader) throw malformed("header of more than 2048 bytes");
  const text = decodeText(decodeBytes(encoded, "header"), "header");
  const header = parseObject(text);
  for (const key of Object.keys(header)) {
    if (!known.has(key)) throw new DecryptionError("unsupported", "a header parameter that is not known");
  }
  for (const [key, value] of Object.entries(header)) {
    if (key === "everyone" ? value !== true : typeof value !== "string") throw malformed(`header: the value of ${key}`);
  }
  // Every value is text or true now, so a string with a colon behind it is a key.
  const keys = [...text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:)?/g)].filter(([, colon]) => colon !== undefined);
  if (keys.length !== Object.keys(header).length) throw malformed("header: a key twice");
  for (const [key, value] of Object.entries(fixed)) {
    if (header[key] === undefined) throw malformed(`header: no ${key}`);
    if (header[key] !== value) throw new DecryptionError("unsupported", `${key} (expected: ${value})`);
  }
  const wrong = wrongValue(header);
  if (wrong !== undefined) throw malformed(`header: ${wrong}`);
  return header as unknown as Header;
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed("header: not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed("header: not a JSON object");
  return value as Record<string, unknown>;
}

/** What of a header no envelope could say. */
function wrongValue(header: Record<string, unknown>): string | undefined {
  const { kid, type, messageId } = header;
  if (typeof kid !== "string" || !isKeyId(kid)) return "kid";
  if (typeof type !== "string" || !typeName.test(type)) return "type";
  if (typeof messageId !== "string" || !validMessageId(messageId)) return "messageId";
  if (places.filter((key) => header[key] !== undefined).length > 1) return "several addresses";
  return ["room", "user", "from"].find((key) => header[key] !== undefined && !validName(header[key]));
}

const validMessageId = (id: string): boolean => id.length >= 1 && id.length <= 64 && !/[\p{Cc}\p{Cs}]/u.test(id);

function validName(name: unknown): boolean {
  if (typeof name !== "string" || name === "" || forbiddenInNames.test(name)) return false;
  return encodeText(name).length <= 128 && name.normalize("NFC") === name;
}

/** Refuses a message whose envelope says something else than its sender said. */
export function checkBinding(header: Header, envelope: Binding): void {
  const keys = [...places, "from", "type"] as const;
  const other = keys.find((key) => header[key] !== envelope[key]);
  const otherId = envelope.messageId !== undefined && envelope.messageId !== header.messageId;
  if (other !== undefined || otherId) {
    throw new DecryptionError("wrong_binding", `${other ?? "messageId"} (expected: as the sender encrypted it)`);
  }
}
