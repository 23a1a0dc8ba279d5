import { h } from "./dom.js";
import { icon } from "./icons.js";
import { themes, type Settings } from "./settings.js";
import { languages, type Language } from "./texts.js";

let groups = 0;

/** The switches for language and theme: radio buttons that look like one bar. */
export function switches(settings: Settings, changed: () => void): HTMLElement {
  const t = settings.texts;
  const name = `switch${++groups}`;
  const choose = (apply: () => void) => () => {
    apply();
    settings.save();
    settings.apply();
    changed();
  };
  const option = (group: string, value: string, label: string, checked: boolean, face: Node, pick: () => void) =>
    h(
      "label",
      { class: "option", title: label },
      h("input", { type: "radio", name: `${name}-${group}`, value, checked, "aria-label": label, "data-testid": `${group}-${value}`, change: choose(pick) }),
      h("span", { "aria-hidden": "true" }, face),
    );
  const short: Record<Language, string> = { en: "EN", zh: "中文" };
  return h(
    "div",
    { class: "switches" },
    h(
      "div",
      { class: "bar-switch", role: "radiogroup", "aria-label": t.language },
      ...(Object.keys(languages) as Language[]).map((code) =>
        option("language", code, languages[code], code === settings.language, document.createTextNode(short[code]), () => (settings.language = code)),
      ),
    ),
    h(
      "div",
      { class: "bar-switch", role: "radiogroup", "aria-label": t.theme },
      ...themes.map((theme) => option("theme", theme, t[`theme_${theme}`], theme === settings.theme, icon(theme), () => (settings.theme = theme))),
    ),
  );
}
