import type { Read } from "./store.js";
import { languages, texts, type Language, type Texts } from "./texts.js";

export const themes = ["auto", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const KEY = "switchboard";
const MOST_READ = 500;

interface Kept {
  name: string;
  rooms: string[];
  language: Language;
  theme: Theme;
  read: Record<string, Read>;
}

function preferred(): Language {
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

/** What the browser remembers of the person. Nothing in it is secret. */
export class Settings implements Kept {
  name = "";
  rooms = ["general"];
  language = preferred();
  theme: Theme = "auto";
  /** What was read, by conversation. */
  read: Record<string, Read> = {};

  /** What is kept, as far as it makes sense: somebody may have edited it. */
  static load(): Settings {
    const settings = new Settings();
    let kept: Partial<Record<keyof Kept, unknown>> = {};
    try {
      kept = (JSON.parse(localStorage.getItem(KEY) ?? "{}") as typeof kept | null) ?? {};
    } catch {
      // Not readable: begin anew.
    }
    if (isText(kept.name)) settings.name = kept.name;
    if (Array.isArray(kept.rooms) && kept.rooms.some(isText)) settings.rooms = [...new Set(kept.rooms.filter(isText))];
    if (isText(kept.language) && kept.language in languages) settings.language = kept.language as Language;
    if (themes.includes(kept.theme as Theme)) settings.theme = kept.theme as Theme;
    for (const [key, value] of Object.entries(kept.read ?? {})) {
      if (Array.isArray(value) && isText(value[0]) && Number.isInteger(value[1])) settings.read[key] = [value[0], value[1] as number];
    }
    return settings;
  }

  save(): void {
    for (const oldest of Object.keys(this.read).slice(0, -MOST_READ)) delete this.read[oldest];
    try {
      localStorage.setItem(KEY, JSON.stringify(this));
    } catch {
      // A browser that keeps nothing: the page works, it just forgets.
    }
  }

  get texts(): Texts {
    return texts[this.language];
  }

  /** Shows language and theme on the document. */
  apply(): void {
    const root = document.documentElement;
    root.lang = this.language === "zh" ? "zh-CN" : this.language;
    if (this.theme === "auto") delete root.dataset["theme"];
    else root.dataset["theme"] = this.theme;
  }
}
