import { h } from "./dom.js";
import { save, type Settings, type Theme } from "./settings.js";
import { languages, texts, type Language } from "./texts.js";

export function applyLook(settings: Settings): void {
  document.documentElement.lang = settings.language;
  if (settings.theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = settings.theme;
}

/** The switches for language and theme. */
export function controls(settings: Settings, changed: () => void): HTMLElement {
  const t = texts[settings.language];
  const apply = () => {
    save(settings);
    applyLook(settings);
    changed();
  };
  const language = h(
    "select",
    { "aria-label": t.language, "data-testid": "language", change: (event: Event) => ((settings.language = (event.target as HTMLSelectElement).value as Language), apply()) },
    ...Object.entries(languages).map(([code, name]) => h("option", { value: code, selected: code === settings.language }, name)),
  );
  const theme = h(
    "select",
    { "aria-label": t.theme, "data-testid": "theme", change: (event: Event) => ((settings.theme = (event.target as HTMLSelectElement).value as Theme), apply()) },
    ...(["auto", "light", "dark"] as const).map((one) => h("option", { value: one, selected: one === settings.theme }, t[`theme_${one}`])),
  );
  return h("div", { class: "controls" }, language, theme);
}
