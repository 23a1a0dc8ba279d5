/** A part of a text; with `href`, one that leads somewhere. */
export interface Part {
  readonly text: string;
  readonly href?: string;
}

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`，。、；：！？（）《》「」]+/gi;
const OPENING: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };
const TRAILING = ".,;:!?…";

/** Finds the web addresses in a text. Only http and https, and only what a browser reads as an address. */
export function parts(text: string): Part[] {
  const found: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = ending(match[0]);
    if (!URL.canParse(address)) continue;
    if (match.index > from) found.push({ text: text.slice(from, match.index) });
    found.push({ text: address, href: address });
    from = match.index + address.length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}

/** Without what ends the sentence, and without brackets that were opened before the address. Looks at each character twice at most. */
function ending(address: string): string {
  const counts = new Map<string, number>();
  for (const char of address) counts.set(char, (counts.get(char) ?? 0) + 1);
  let end = address.length;
  for (; end > 0; end--) {
    const last = address[end - 1]!;
    const opening = OPENING[last];
    if (opening === undefined) {
      if (!TRAILING.includes(last)) break;
      continue;
    }
    const closings = counts.get(last)!;
    if (closings <= (counts.get(opening) ?? 0)) break;
    counts.set(last, closings - 1);
  }
  return address.slice(0, end);
}
