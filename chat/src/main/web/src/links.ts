/** A part of a text; with `href`, one that leads somewhere. */
export interface Part {
  readonly text: string;
  readonly href?: string;
}

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`，。、；：！？（）《》「」]+/gi;
const BRACKETS = [["(", ")"], ["[", "]"], ["{", "}"]] as const;
const TRAILING = /[.,;:!?…]+$/;

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

/** Without what ends the sentence, and without a bracket that was opened before the address. */
function ending(address: string): string {
  let rest = address.replace(TRAILING, "");
  for (const [open, close] of BRACKETS) {
    while (rest.endsWith(close) && rest.split(close).length > rest.split(open).length) rest = rest.slice(0, -1).replace(TRAILING, "");
  }
  return rest;
}
