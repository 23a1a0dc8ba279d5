// Generated from dev.switchboard.chat.Chat by Switchboard. Do not edit it: change the records, and generate it again.
import type { Protocol } from "switchboard-client";

/** `message`: a message. */
export interface Message {
  /** 1–4000 characters, not only white space. */
  content: string;
  to?: string | null;
  extra?: unknown;
}

/** `typing`: a fleeting message. */
export interface Typing {
  on: boolean;
}

/** `notification`: a message. */
export interface Notification {
  level: Level;
  /** 1–4000 characters, not only white space. */
  text: string;
}

export type Level = "info" | "warning" | "error" | "success";

/** The data of each message type. */
export interface Chat {
  message: Message;
  typing: Typing;
  notification: Notification;
}

/** For forms, such as `maxlength` of an input. */
export const limits = {
  Message: { content: { maxLength: 4000, minLength: 1 } },
  Notification: { text: { maxLength: 4000, minLength: 1 } },
} as const;

const types = {
  message: { kind: "message" },
  typing: { kind: "fleeting" },
  notification: { kind: "message" },
} as const;

/** For `new Client(url, chat)`. */
export const chat: Protocol<Chat, typeof types> = {
  name: "Chat",
  hash: "9bef1f9516edd714",
  types,
};
