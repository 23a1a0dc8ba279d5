export { fetchBindCode, type BindCode, type BindCodeRequest } from "./bindcode.js";
export { Client } from "./client.js";
export { CloseCode, type ErrorCode } from "./protocol.js";
export { SwitchboardError, type LocalCode, type Unsent } from "./error.js";
export type { Url } from "./link.js";
export type { Patience } from "./patience.js";
export type { Code, Encoding, Options, Token, SocketConstructor, SocketLike } from "./options.js";
export type { Room } from "./room.js";
export type * from "./types.js";
