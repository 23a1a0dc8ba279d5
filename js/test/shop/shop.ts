// Generated from dev.switchboard.types.Shop by Switchboard. Do not edit it: change the records, and generate it again.
import type { Protocol } from "switchboard-client";

/** ISO 8601, as Java's `java.time.Duration` reads it. Cast a text that is one: `text as Duration`. */
export type Duration = string & { readonly "java.time": "Duration" };

/** ISO 8601, as Java's `java.time.Instant` reads it. Cast a text that is one: `text as Instant`. */
export type Instant = string & { readonly "java.time": "Instant" };

/** ISO 8601, as Java's `java.time.LocalDate` reads it. Cast a text that is one: `text as LocalDate`. */
export type LocalDate = string & { readonly "java.time": "LocalDate" };

/** `order`: a message. */
export interface Order {
  /** A UUID. */
  id: string;
  /** 1–100 elements. */
  lines: Line[];
  payment: Payment;
  /** 1–500 characters, not blank. */
  note?: string | null;
  /** An email address. */
  mail?: string | null;
  /** Checked by the server: Future. */
  until: Instant;
  /** Each: at most 20 characters. */
  labels: { [key: string]: string };
}

export interface Line {
  article: string;
  /** An integer, at least 1. */
  amount: number;
  /** At least 0.5. */
  weight: number;
}

/** Told apart by `by`. */
export type Payment = Card | Invoice;

export interface Card {
  by: "card";
  /** 16 characters. */
  number: string;
  /** One character. */
  check: string;
}

export interface Invoice {
  by: "invoice";
  due: LocalDate;
  /** A URI. */
  terms: string;
}

/** `order.moved`: a message. */
export interface OrderMoved {
  /** A UUID. */
  id: string;
  to: State;
  /** An integer, from 0 to 9007199254740991. */
  revision: number;
}

export type State = "OPEN" | "on its way" | "DELIVERED";

/** `looking`: a fleeting message. */
export interface Looking {
  /** Matches `^(?:[A-Z]{2}\d+)$`. */
  "article-no": string;
}

/** `price`: a message, from the server only. */
export interface Price {
  article: string;
  /** More than 0. */
  amount: number;
  /** An integer of Java, exact only up to 2^53 in JavaScript. */
  version: number;
}

/** `find`: a request, replied to with `found`. */
export interface Find {
  /** At least 1 character, not blank. */
  words: string;
  states: State[];
}

/** `confirm`: a request, from the server only, replied to with `confirmed`. */
export interface Confirm {
  within: Duration;
}

/** `bell`: a message. */
export type Bell = { [key: string]: never };

/** `found`: a reply. */
export interface Found {
  categories: Category[];
  more: boolean;
  /** Bytes in base64. */
  picture: string;
  details: unknown;
}

export interface Category {
  name: string;
  inside: Category[];
  parent?: Category | null;
}

/** `confirmed`: a reply. */
export interface Confirmed {
  yes: boolean;
}

/** The data of each message type. */
export interface Shop {
  order: Order;
  "order.moved": OrderMoved;
  looking: Looking;
  price: Price;
  find: Find;
  confirm: Confirm;
  bell: Bell;
  found: Found;
  confirmed: Confirmed;
}

/** For forms, such as `maxlength` of an input. */
export const limits = {
  Order: { lines: { maxItems: 100, minItems: 1 }, note: { maxLength: 500, minLength: 1 } },
  Line: { amount: { minimum: 1 }, weight: { minimum: 0.5 } },
  Card: { number: { maxLength: 16, minLength: 16 } },
  OrderMoved: { revision: { maximum: 9007199254740991, minimum: 0 } },
  Price: { amount: { exclusiveMinimum: 0 } },
  Find: { words: { minLength: 1 } },
} as const;

const types = {
  order: { kind: "message" },
  "order.moved": { kind: "message" },
  looking: { kind: "fleeting" },
  price: { kind: "message", from: "server" },
  find: { kind: "request", reply: "found" },
  confirm: { kind: "request", reply: "confirmed", from: "server" },
  bell: { kind: "message" },
  found: { kind: "reply" },
  confirmed: { kind: "reply" },
} as const;

/** For `new Client(url, shop)`. */
export const shop: Protocol<Shop, typeof types> = {
  name: "Shop",
  hash: "e7f98a8849249964",
  types,
};
