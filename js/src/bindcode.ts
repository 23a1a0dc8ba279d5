import { SwitchboardError } from "./error.js";
import type { ErrorCode } from "./protocol.js";

/** A one-time code that connects one client as the user it was issued for (spec/protocol.md#bind-codes). */
export interface BindCode {
  /** The code itself: a secret until it is used. */
  readonly code: string;
  /** When the server no longer accepts it, in milliseconds since 1970. */
  readonly expireTime: number;
}

/** How to ask for a bind code. */
export interface BindCodeRequest {
  /** The user's token, for `Authorization: Bearer`. Without it the server needs a cookie. */
  token?: string;
  /** Whether cookies are sent, as for `fetch`. Default `same-origin`. */
  credentials?: RequestCredentials;
}

/** For how long the server may take to answer. */
const PATIENCE = 10_000;

/**
 * Fetches a bind code for the signed-in user. Rejects with a `SwitchboardError`: `not_authenticated` or `forbidden` if the
 * user may have none, `rate_limited` (with `retryAfter` in milliseconds) if there were too many, `unavailable` if the
 * server does not answer, `not_found` if it issues none there. Redirects are not followed.
 */
export async function fetchBindCode(url: string | URL, request: BindCodeRequest = {}): Promise<BindCode> {
  const headers: Record<string, string> = request.token === undefined ? {} : { Authorization: `Bearer ${request.token}` };
  const credentials = request.credentials ?? "same-origin";
  const signal = AbortSignal.timeout(PATIENCE);
  let response: Response;
  try {
    response = await fetch(url, { method: "POST", headers, credentials, redirect: "error", cache: "no-store", signal });
  } catch {
    throw new SwitchboardError("unavailable", "bind code: no answer"); // what fetch says may quote the token
  }
  if (response.status !== 200) throw refused(response);
  const answer: unknown = await response.json().catch(() => undefined);
  if (!isBindCode(answer)) throw new SwitchboardError("not_found", "bind code: not an answer with a code");
  return { code: answer.code, expireTime: answer.expireTime };
}

function isBindCode(answer: unknown): answer is BindCode {
  const { code, expireTime } = Object(answer) as Partial<Record<keyof BindCode, unknown>>;
  return typeof code === "string" && typeof expireTime === "number";
}

const CODES = new Map<number, ErrorCode>([
  [401, "not_authenticated"],
  [403, "forbidden"],
  [408, "unavailable"], // as 425, to be tried again
  [425, "unavailable"],
  [429, "rate_limited"],
]);

function refused({ status, headers }: Response): SwitchboardError {
  const code = CODES.get(status) ?? (status >= 500 ? "unavailable" : "not_found");
  const seconds = Number(headers.get("Retry-After") ?? NaN);
  const details = Number.isFinite(seconds) ? { retryAfter: seconds * 1000 } : undefined;
  return new SwitchboardError(code, `bind code: HTTP ${status}`, undefined, details);
}
