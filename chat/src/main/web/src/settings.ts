import { languages, type Language } from "./texts.js";

export type Theme = "auto" | "light" | "dark";

/** What the browser remembers. Nothing here is secret. */
export interface Settings {
  name: string;
  rooms: string[];
  language: Language;
  theme: Theme;
  /** The last seq read, by conversation. */
  read: Record<string, number>;
}

const KEY = "switchboard";

export function load(): Settings {
  const preferred = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
  const fresh: Settings = { name: "", rooms: ["general"], language: preferred, theme: "auto", read: {} };
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Settings>;
    const settings = { ...fresh, ...kept };
    if (!(settings.language in languages)) settings.language = preferred;
    if (!Array.isArray(settings.rooms) || settings.rooms.length === 0) settings.rooms = fresh.rooms;
    return settings;
  } catch {
    return fresh;
  }
}

export function save(settings: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // A browser that keeps nothing: the page works, it just forgets.
  }
}
