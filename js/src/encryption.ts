import {
  type Binding,
  type Bytes,
  DecryptionError,
  type Header,
  checkBinding,
  decodeText,
  encodeText,
  isKeyId,
  join,
  split,
  writeHeader,
} from "./jwe.js";
import { uuid7 } from "./uuid.js";

export { encrypted } from "./encrypted.js";
export { type Binding, DecryptionError, type DecryptionReason } from "./jwe.js";

/** PBKDF2 rounds with HMAC-SHA-256, as OWASP's Password Storage Cheat Sheet asks for. */
export const defaultRounds = 600_000;

const maxRounds = 10_000_000;
const maxBytes = 12 * 1024 * 1024 - 8 * 1024;

// What MessageEncryption may see of the classes below, and nobody else.
let find: (ring: KeyRing, id: string) => CryptoKey | undefined;
let secretOf: (key: EncryptionKey) => CryptoKey;

/** A key of 256 bits, from 32 random bytes or from a passphrase. Its bytes can't be read back, not even by your code. */
export class EncryptionKey {
  readonly #secret: CryptoKey;

  private constructor(secret: CryptoKey) {
    this.#secret = secret;
  }

  static {
    secretOf = (key) => key.#secret;
  }

  /** A key from 32 bytes of a secure random source, such as `openssl rand 32`. */
  static async of(bytes: Uint8Array): Promise<EncryptionKey> {
    if (bytes.length !== 32) throw new RangeError(`key: ${bytes.length} bytes (expected: 32)`);
    if (bytes.every((byte) => byte === bytes[0])) {
      throw new RangeError("key: one byte repeated (expected: 32 random bytes)");
    }
    const raw = bytes.slice();
    try {
      return new EncryptionKey(await subtle().importKey("raw", raw, "AES-KW", false, ["wrapKey", "unwrapKey"]));
    } finally {
      raw.fill(0);
    }
  }

  /**
   * A key derived from a passphrase by PBKDF2 with HMAC-SHA-256 (RFC 8018 §5.2), off the event loop. The same
   * passphrase, salt and rounds give the same key everywhere; the passphrase is brought into Unicode form NFC first.
   * It is slow on purpose: derive once and keep the key. Whoever has a message can try passphrases at their leisure, so
   * choose one of six or more random words.
   *
   * @param passphrase at least 12 UTF-16 code units
   * @param salt what tells your application's keys from those of others with the same passphrase, such as
   *   `chat.example.org/general`; not secret, at least 8 bytes of UTF-8
   * @param rounds from 600,000 to 10,000,000
   */
  static async fromPassphrase(passphrase: string, salt: string, rounds = defaultRounds): Promise<EncryptionKey> {
    if (passphrase.length < 12) {
      throw new RangeError(`passphrase: ${passphrase.length} characters (expected: at least 12)`);
    }
    if (/\p{Cs}/u.test(passphrase)) throw new RangeError("passphrase: not Unicode (expected: whole characters)");
    const salted = encodeText(salt);
    if (salted.length < 8) throw new RangeError(`salt: ${salted.length} bytes of UTF-8 (expected: at least 8)`);
    if (!Number.isInteger(rounds) || rounds < defaultRounds || rounds > maxRounds) {
      throw new RangeError(`rounds: ${rounds} (expected: ${defaultRounds}-${maxRounds})`);
    }
    const typed = encodeText(passphrase.normalize("NFC"));
    const from = await subtle().importKey("raw", typed, "PBKDF2", false, ["deriveKey"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt: salted, iterations: rounds };
    const kind = { name: "AES-KW", length: 256 };
    return new EncryptionKey(await subtle().deriveKey(how, from, kind, false, ["wrapKey", "unwrapKey"]));
  }
}

/**
 * Keys by their ids. One of them, the current one, encrypts; all of them decrypt. To rotate without a gap, first `add`
 * the new key at every participant, then `use` it at each, and `remove` the old one when nobody needs what it encrypted.
 */
export class KeyRing {
  readonly #keys = new Map<string, EncryptionKey>();
  #current: string;

  /** A ring of one key, which is current. An id is 1–64 letters, digits, `.`, `_` and `-`; everyone can read it. */
  constructor(id: string, key: EncryptionKey) {
    this.#current = id;
    this.add(id, key);
  }

  /** Adds a key, which decrypts from now on. An id never changes its key. */
  add(id: string, key: EncryptionKey): this {
    if (!isKeyId(id)) throw new RangeError("id: malformed (expected: 1-64 letters, digits, '.', '_' and '-')");
    if (this.#keys.has(id)) throw new RangeError(`id: ${id} (expected: not in the ring)`);
    this.#keys.set(id, key);
    return this;
  }

  /** Encrypts with that key from now on. */
  use(id: string): this {
    if (!this.#keys.has(id)) throw new RangeError(`id: unknown (expected: one of ${this.ids.join(", ")})`);
    this.#current = id;
    return this;
  }

  /** Removes a key: what it encrypted can't be decrypted any more. Returns whether there was such a key. */
  remove(id: string): boolean {
    if (id === this.#current) throw new RangeError(`id: ${id} (expected: not the current key)`);
    return this.#keys.delete(id);
  }

  /** The id of the key that encrypts. */
  get current(): string {
    return this.#current;
  }

  /** The ids of all keys, in the order of adding. */
  get ids(): string[] {
    return [...this.#keys.keys()];
  }

  static {
    find = (ring, id) => {
      const key = ring.#keys.get(id);
      return key && secretOf(key);
    };
  }
}

/** What a message is bound to, and its place in the log, if it has one: a received message is such an object. */
export interface Received extends Binding {
  readonly seq?: number;
}

export interface EncryptionOptions {
  /** Of how many decrypted messages replays are noticed, the latest ones; default 10,000, and 0 notices none. */
  readonly remembered?: number;
}

/**
 * Encrypts messages as JWE in compact form (RFC 7516), and decrypts them: AES-256-GCM with a fresh key for each message,
 * which is wrapped with a key of the ring (spec/encryption.md). Since no key encrypts twice, no nonce can repeat, however
 * many tabs and devices share the ring.
 *
 * A message decrypts only with the binding it was encrypted with. One that comes a second time from the same sender under
 * the same message id is refused as `replayed`, unless it comes from the same place of the same log, as a page of history
 * that is read again does. The memory for that is bounded and lives as long as this object: use one object for all that a
 * page receives.
 */
export class MessageEncryption {
  readonly #keys: KeyRing;
  readonly #seen = new Map<string, string>();
  readonly #remembered: number;

  constructor(keys: KeyRing, { remembered = 10_000 }: EncryptionOptions = {}) {
    if (!Number.isInteger(remembered) || remembered < 0) {
      throw new RangeError(`remembered: ${remembered} (expected: 0 or more)`);
    }
    this.#keys = keys;
    this.#remembered = remembered;
  }

  /** Encrypts bytes, or text in UTF-8, with the current key of the ring. */
  async encrypt(plaintext: Uint8Array | string, binding: Binding): Promise<string> {
    const bytes: Bytes = typeof plaintext === "string" ? encodeText(plaintext) : plaintext.slice();
    if (bytes.length > maxBytes) {
      throw new RangeError(`plaintext: ${bytes.length} bytes (expected: at most ${maxBytes})`);
    }
    const kid = this.#keys.current;
    const wrapping = find(this.#keys, kid)!;
    const header = writeHeader(kid, binding, binding.messageId ?? uuid7(Date.now(), random(10)));
    const once = await subtle().generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);
    const iv = random(12);
    const [key, sealed] = await Promise.all([
      subtle().wrapKey("raw", once, wrapping, "AES-KW"),
      subtle().encrypt({ name: "AES-GCM", iv, additionalData: encodeText(header) }, once, bytes),
    ]);
    return join({ header, key: new Uint8Array(key), iv, sealed: new Uint8Array(sealed) });
  }

  /**
   * Decrypts a message; all of it is authenticated before any of it is returned. Rejects with a `DecryptionError`.
   *
   * @param received what the envelope says that the message came in. Without `seq` it decrypts once only
   */
  async decrypt(jwe: string, received: Received): Promise<Uint8Array> {
    const { parts, header } = split(jwe);
    const wrapping = find(this.#keys, header.kid);
    if (wrapping === undefined) {
      throw new DecryptionError("unknown_key", `kid ${header.kid} (expected: one of ${this.#keys.ids.join(", ")})`);
    }
    checkBinding(header, received);
    const { key, iv, sealed } = parts;
    const cipher = subtle();
    let plaintext: ArrayBuffer;
    try {
      const once = await cipher.unwrapKey("raw", key, wrapping, "AES-KW", "AES-GCM", false, ["decrypt"]);
      const how = { name: "AES-GCM", iv, additionalData: encodeText(parts.header) };
      plaintext = await cipher.decrypt(how, once, sealed);
    } catch {
      // Not the cause: whether the key or the content failed is nobody's business.
      throw new DecryptionError("not_authentic", "another key, or changed since");
    }
    this.#admit(header, received.seq ?? 0);
    return new Uint8Array(plaintext);
  }

  /** Decrypts a message of text. */
  async decryptText(jwe: string, received: Received): Promise<string> {
    return decodeText(await this.decrypt(jwe, received), "plaintext");
  }

  /** Refuses what was seen at another place. What is in no log has no place to come back to. */
  #admit({ room, user, everyone, from, messageId }: Header, seq: number): void {
    if (this.#remembered === 0) return;
    const name = JSON.stringify([from, messageId]);
    const place = JSON.stringify([room, user, everyone, seq]);
    const before = this.#seen.get(name);
    if (before === undefined) {
      this.#seen.set(name, place);
      if (this.#seen.size > this.#remembered) this.#seen.delete(this.#seen.keys().next().value!);
    } else if (seq === 0 || before !== place) {
      throw new DecryptionError("replayed", "a message id of this sender that was decrypted at another place");
    }
  }
}

const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

/** Browsers have it on https and on localhost only. */
function subtle(): SubtleCrypto {
  const { subtle } = crypto;
  if (subtle === undefined) throw new Error("crypto.subtle: not there (expected: a page from https or localhost)");
  return subtle;
}
