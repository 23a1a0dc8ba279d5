import type { Row } from "./conversation.js";
import { avatar, h, hue, linked } from "./dom.js";
import type { Texts } from "./texts.js";
import type { Times } from "./times.js";

/** How a message looks, given where it stands. */
export interface RowView {
  readonly row: Row;
  readonly head: boolean;
  readonly tail: boolean;
  readonly own: boolean;
  readonly connected: boolean;
}

export function newRow(): HTMLLIElement {
  return h("li", { "data-testid": "message" });
}

/** Stands where something can't be shown. */
export function unreadable(t: Texts): HTMLElement {
  return h("p", { class: "unreadable", "data-testid": "unreadable" }, t.unreadable);
}

/** Draws the row if anything of it changed. */
export function drawRow(element: HTMLLIElement, { row, head, tail, own, connected }: RowView, t: Texts, times: Times, retry: (row: Row) => void): void {
  const waits = row.state === "pending" && !connected;
  const drawn = `${row.state} ${row.seq} ${row.time} ${head} ${tail} ${waits}`;
  if (element.dataset["drawn"] === drawn) return;
  element.className = `row ${hue(row.from)} ${row.state}${head ? " head" : ""}${tail ? " tail" : ""}${own ? " own" : ""}`;
  Object.assign(element.dataset, { drawn, seq: String(row.seq), from: row.from, state: row.state });
  const stamp = h("time", { datetime: new Date(row.time).toISOString(), title: times.full(row.time) }, times.clock(row.time));
  element.replaceChildren(
    h("div", { class: "margin" }, head ? avatar(row.from) : stamp),
    h(
      "div",
      { class: "body" },
      head
        ? h("div", { class: "by" }, h("strong", { dir: "auto" }, row.from), own && h("span", { class: "you" }, t.you), stamp)
        : h("span", { class: "hidden" }, `${row.from}: `),
      row.text === undefined ? unreadable(t) : h("p", { class: "content", "data-testid": "content", dir: "auto" }, ...linked(row.text)),
      row.state === "pending" && h("span", { class: "sending" }, waits ? t.pendingOffline : t.pending),
      row.state === "failed" &&
        h("span", { class: "failure" }, t.failed, h("button", { type: "button", "data-testid": "retry", click: () => retry(row) }, t.retry)),
    ),
  );
}
