import type { Conversation, Hole, Row } from "./conversation.js";

const GROUP_MS = 5 * 60_000;

/** What stands in the list of messages, from top to bottom. */
export type Item =
  | { readonly kind: "day"; readonly key: string; readonly time: number }
  | { readonly kind: "new"; readonly key: "new" }
  | { readonly kind: "hole"; readonly key: string; readonly hole: Hole }
  | { readonly kind: "era"; readonly key: string }
  | {
      readonly kind: "row";
      readonly key: string;
      readonly row: Row;
      /** The first of several by the same person. */
      readonly head: boolean;
      /** The last of them. */
      readonly tail: boolean;
    };

export function dayOf(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

/** Puts days, the line above new messages and what is missing between the rows, and groups what one person said in a row. */
export function layout({ rows, holes, divider, era, me }: Conversation): Item[] {
  const items: Item[] = [];
  const open = [...holes];
  let before: Row | undefined;
  let day = NaN;
  let divided = divider === 0;
  for (const row of rows) {
    let apart = !before || before.from !== row.from || row.time - before.time > GROUP_MS;
    const separate = (item: Item) => {
      items.push(item);
      apart = true;
    };
    while (open[0] && (row.seq === 0 || row.era > open[0].era || row.seq > open[0].after)) separate(holeItem(open.shift()!));
    if (before && row.era > before.era) separate({ kind: "era", key: `era${row.era}` });
    const today = dayOf(row.time);
    if (today !== day) separate({ kind: "day", key: `day${row.era}/${today}`, time: (day = today) });
    if (!divided && row.era === era && row.seq > divider && row.from !== me) {
      separate({ kind: "new", key: "new" });
      divided = true;
    }
    if (apart) endGroup(items, before);
    items.push({ kind: "row", key: row.key, row, head: apart, tail: false });
    before = row;
  }
  endGroup(items, before);
  for (const hole of open) items.push(holeItem(hole));
  return items;
}

function holeItem(hole: Hole): Item {
  return { kind: "hole", key: `hole${hole.era}/${hole.until}`, hole };
}

function endGroup(items: Item[], row: Row | undefined): void {
  const at = items.findLastIndex((item) => item.kind === "row");
  const last = items[at];
  if (row && last?.kind === "row") items[at] = { ...last, tail: true };
}
