import type { Encoding } from "./options.js";

/** RFC 8949 §3.1: the kinds of data items. */
const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;

/** spec/protocol.md#13-cbor */
const MAX_DEPTH = 100;
const MAX_BIGNUM_BYTES = 400;
const MAX_EXPONENT = 100_000;

/**
 * Messages in CBOR, smaller than JSON where they hold numbers or bytes (spec/protocol.md#13-cbor). What the server sends
 * as bytes arrives as base64, as in JSON.
 */
export const cbor: Encoding = {
  subprotocol: "switchboard.v1.cbor",
  encode: (message) => new Writer().item(message).bytes(),
  decode: (bytes) => new Reader(bytes).whole(),
};

class Writer {
  static readonly #encoder = new TextEncoder();
  #buffer = new DataView(new ArrayBuffer(512));
  #length = 0;

  bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer.buffer as ArrayBuffer, 0, this.#length);
  }

  /** Writes what `JSON.parse` can return. */
  item(value: unknown): this {
    if (value === null) return this.#byte(0xf6);
    if (typeof value === "boolean") return this.#byte(value ? 0xf5 : 0xf4);
    if (typeof value === "number") return this.#number(value);
    if (typeof value === "string") return this.#text(value);
    if (Array.isArray(value)) {
      this.#head(ARRAY, value.length);
      for (const element of value) this.item(element);
      return this;
    }
    const pairs = Object.entries(value as object);
    this.#head(MAP, pairs.length);
    for (const [key, of] of pairs) this.#text(key).item(of);
    return this;
  }

  #number(value: number): this {
    if (!Number.isFinite(value)) return this.item(null); // as JSON.stringify does
    if (Number.isSafeInteger(value)) return value < 0 ? this.#head(NEGATIVE, -1 - value) : this.#head(UNSIGNED, value);
    const at = this.#byte(0xfb).#room(8);
    this.#buffer.setFloat64(at, value);
    return this;
  }

  #text(value: string): this {
    const bytes = Writer.#encoder.encode(value);
    const at = this.#head(TEXT, bytes.length).#room(bytes.length);
    new Uint8Array(this.#buffer.buffer).set(bytes, at);
    return this;
  }

  #head(major: number, argument: number): this {
    if (argument < 24) return this.#byte((major << 5) | argument);
    const size = argument <= 0xff ? 0 : argument <= 0xffff ? 1 : argument <= 0xffffffff ? 2 : 3;
    this.#byte((major << 5) | (24 + size));
    const at = this.#room(1 << size);
    if (size === 0) this.#buffer.setUint8(at, argument);
    else if (size === 1) this.#buffer.setUint16(at, argument);
    else if (size === 2) this.#buffer.setUint32(at, argument);
    else this.#buffer.setBigUint64(at, BigInt(argument));
    return this;
  }

  #byte(value: number): this {
    const at = this.#room(1);
    this.#buffer.setUint8(at, value);
    return this;
  }

  /** Makes room for this many bytes, and returns where they begin. */
  #room(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#buffer.byteLength) {
      const larger = new Uint8Array(Math.max(2 * this.#buffer.byteLength, this.#length));
      larger.set(new Uint8Array(this.#buffer.buffer));
      this.#buffer = new DataView(larger.buffer);
    }
    return at;
  }
}

class Reader {
  static readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  whole(): unknown {
    const value = this.#item(0);
    if (this.#at < this.#bytes.length) throw new Error(`${this.#bytes.length - this.#at} extra bytes`);
    return value;
  }

  #item(depth: number): unknown {
    const first = this.#byte();
    const major = first >> 5;
    const info = first & 31;
    if (major === 7) return this.#simple(info);
    const argument = this.#argument(info);
    const deeper = depth + 1;
    if ((major === ARRAY || major === MAP) && deeper > MAX_DEPTH) throw new Error(`nested more than ${MAX_DEPTH} deep`);
    switch (major) {
      case UNSIGNED:
        return Number(argument);
      case NEGATIVE:
        return Number(-1n - argument);
      case BYTES:
        return base64(this.#slice(argument));
      case TEXT:
        return Reader.#decoder.decode(this.#slice(argument));
      case ARRAY:
        return Array.from({ length: this.#count(argument, 1) }, () => this.#item(deeper));
      case MAP:
        return this.#map(this.#count(argument, 2), deeper);
      default:
        return argument === 4n ? this.#decimal() : Number(this.#bignum(argument));
    }
  }

  #map(count: number, depth: number): object {
    const map = {};
    for (let i = 0; i < count; i++) {
      const first = this.#byte();
      if (first >> 5 !== TEXT) throw new Error("a key that is not a text string");
      const key = Reader.#decoder.decode(this.#slice(this.#argument(first & 31)));
      if (Object.hasOwn(map, key)) throw new Error("a duplicate key");
      // An assignment to `__proto__` would not make a key of it.
      Object.defineProperty(map, key, { value: this.#item(depth), enumerable: true, writable: true, configurable: true });
    }
    return map;
  }

  /** RFC 8949 §3.4.3 */
  #bignum(tag: bigint): bigint {
    if (tag !== 2n && tag !== 3n) throw new Error(`tag ${tag}`);
    const first = this.#byte();
    const length = first >> 5 === BYTES ? this.#argument(first & 31) : 0n;
    if (length < 1n || length > MAX_BIGNUM_BYTES) throw new Error("invalid bignum");
    const value = this.#slice(length).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    return tag === 2n ? value : -1n - value;
  }

  /** RFC 8949 §3.4.4 */
  #decimal(): number {
    if (this.#byte() !== 0x82) throw new Error("invalid decimal fraction");
    const exponent = this.#integer();
    if (exponent <= -MAX_EXPONENT || exponent >= MAX_EXPONENT) throw new Error("invalid exponent");
    const mantissa = this.#bytes[this.#at]! >> 5 === TAG ? this.#bignum(this.#argument(this.#byte() & 31)) : this.#integer();
    return Number(`${mantissa}e${exponent}`);
  }

  #integer(): bigint {
    const first = this.#byte();
    if (first >> 5 > NEGATIVE) throw new Error("not an integer");
    const argument = this.#argument(first & 31);
    return first >> 5 === NEGATIVE ? -1n - argument : argument;
  }

  #simple(info: number): unknown {
    if (info === 20) return false;
    if (info === 21) return true;
    if (info === 22) return null;
    if (info < 25 || info > 27) throw new Error(`simple value ${info}`);
    const at = this.#skip(1 << (info - 24));
    const value = info === 25 ? half(this.#view.getUint16(at)) : info === 26 ? this.#view.getFloat32(at) : this.#view.getFloat64(at);
    if (!Number.isFinite(value)) throw new Error("not finite");
    return value;
  }

  #argument(info: number): bigint {
    if (info < 24) return BigInt(info);
    if (info > 27) throw new Error(info === 31 ? "indefinite length" : "a reserved head");
    const at = this.#skip(1 << (info - 24));
    if (info === 24) return BigInt(this.#view.getUint8(at));
    if (info === 25) return BigInt(this.#view.getUint16(at));
    return info === 26 ? BigInt(this.#view.getUint32(at)) : this.#view.getBigUint64(at);
  }

  /** Checks a count before anything is made for it: each element has `least` bytes. */
  #count(claimed: bigint, least: number): number {
    if (Number(claimed) * least > this.#bytes.length - this.#at) throw new Error("a count beyond the end");
    return Number(claimed);
  }

  #slice(length: bigint): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new Error("a length beyond the end");
    const from = this.#skip(Number(length));
    return this.#bytes.subarray(from, this.#at);
  }

  #byte(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  #skip(count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length) throw new Error("the end");
    this.#at += count;
    return at;
  }
}

/** RFC 8949 appendix D */
function half(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size = exponent === 0 ? fraction * 2 ** -24 : exponent < 31 ? (1024 + fraction) * 2 ** (exponent - 25) : Infinity;
  return bits & 0x8000 ? -size : size;
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
