import { type Level, limits, type Notification } from "./chat.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import type { Texts } from "./texts.js";

const levels: readonly Level[] = ["info", "success", "warning", "error"];
const EVERYONE = "";

/** The form to send a notification by. It takes itself off the page when it is closed. */
export function notifyDialog(people: readonly string[], t: Texts, send: (notification: Notification, user?: string) => void): HTMLDialogElement {
  // A name is never empty, so the empty value can stand for everyone.
  const to = h(
    "select",
    { id: "notify-to", "data-testid": "notify-to" },
    h("option", { value: EVERYONE }, t.everyone),
    ...people.map((user) => h("option", { value: user }, user)),
  );
  const text = h("textarea", { id: "notify-text", rows: 3, required: true, maxlength: limits.Notification.text.maxLength, autofocus: true, dir: "auto", "data-testid": "notify-text" });
  const choice = (level: Level) =>
    h(
      "label",
      { class: "option" },
      h("input", { type: "radio", name: "level", value: level, checked: level === "info", "data-testid": `level-${level}` }),
      h("span", { class: `level ${level}` }, icon(level), t[`level_${level}`]),
    );
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", { id: "notify-title" }, t.notify),
    h("label", { for: "notify-to" }, t.notifyTo),
    to,
    h("span", { class: "label", id: "notify-level" }, t.notifyLevel),
    h("div", { class: "bar-switch", role: "radiogroup", "aria-labelledby": "notify-level" }, ...levels.map(choice)),
    h("label", { for: "notify-text" }, t.notifyText),
    text,
    h(
      "div",
      { class: "choices" },
      h("button", { type: "button", class: "plain", click: () => dialog.close() }, t.cancel),
      h("button", { type: "submit", class: "primary", "data-testid": "notify-send" }, t.send),
    ),
  );
  const dialog: HTMLDialogElement = h("dialog", { "aria-labelledby": "notify-title", "data-testid": "notify-form", close: () => dialog.remove() }, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault(); // form-action is 'none'
    const said = text.value.trim();
    if (said === "") return text.focus();
    const level = new FormData(form).get("level") as Level;
    send({ level, text: said }, to.value === EVERYONE ? undefined : to.value);
    dialog.close();
  });
  return dialog;
}
