import { avatar, h } from "./dom.js";
import type { Settings } from "./settings.js";
import { switches } from "./switches.js";

/** Who one is, and the switches. Draws itself again when the language changes. */
export function foot(settings: Settings, changed: () => void, signOut: () => void, byToken: boolean): HTMLElement {
  const element = h("div", { class: "foot" });
  const draw = () => {
    const focused = document.activeElement;
    const again = focused instanceof HTMLElement && element.contains(focused) ? focused.dataset["testid"] : undefined;
    element.replaceChildren(
      h(
        "div",
        { class: "self" },
        avatar(settings.name),
        h("span", { class: "name", dir: "auto", title: settings.name, "data-testid": "me" }, settings.name),
        h("button", { type: "button", class: "link", "data-testid": "sign-out", click: signOut }, byToken ? settings.texts.forgetToken : settings.texts.signOut),
      ),
      switches(settings, () => {
        draw();
        changed();
      }),
    );
    if (again !== undefined) element.querySelector<HTMLElement>(`[data-testid="${again}"]`)?.focus();
  };
  draw();
  return element;
}
