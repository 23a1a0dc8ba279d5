const KEY = "switchboard-token";
const PREFIX = "#token=";
const ASK_MS = 10_000;

/**
 * The token that the page was opened with, `/#token=…`, or that this tab has kept. A fragment is sent to no server; it
 * leaves the address bar and the tab's history at once.
 */
export function takeToken(): string | undefined {
  if (location.hash.startsWith(PREFIX)) {
    const given = location.hash.slice(PREFIX.length);
    history.replaceState(null, "", location.pathname + location.search);
    keepToken(given);
    return given;
  }
  try {
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a token for as long as this tab is open; undefined forgets it. */
export function keepToken(token: string | undefined): void {
  try {
    if (token === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
  } catch {
    // A browser that keeps nothing: the token has to be given again after a reload.
  }
}

/** How one comes in here: as a guest, as the user of a token, or not yet. */
export type Access = { kind: "guests" } | { kind: "user"; user: string } | { kind: "token" } | { kind: "refused" } | { kind: "unreachable" };

/** Asks the server who may come in, and whose token this is. */
export async function access(token: string | undefined): Promise<Access> {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  try {
    const response = await fetch("/api/name", { headers, cache: "no-store", signal: AbortSignal.timeout(ASK_MS) });
    if (response.status === 401 || response.status === 403) return { kind: token === undefined ? "token" : "refused" };
    if (!response.ok) return { kind: "unreachable" };
    const { user } = (await response.json()) as { user?: string };
    return user === undefined ? { kind: "guests" } : { kind: "user", user };
  } catch {
    return { kind: "unreachable" };
  }
}
