type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | boolean | number | undefined | ((event: any) => void)>;

/** Makes an element. Text is always text: nothing here parses HTML. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** A line icon of 20 by 20. */
export function icon(path: string): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

export const icons = {
  menu: "M3 6h14M3 10h14M3 14h14",
  people: "M7 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM1.5 17c0-3 2.5-5 5.5-5s5.5 2 5.5 5M13 3.5a3 3 0 0 1 0 5M15 12.5c2 .6 3.5 2.300 3.500 4.500",
  send: "M3 10h13M11 5l5 5-5 5",
  close: "M5 5l10 10M15 5L5 15",
  leave: "M8 4H4v12h4M12 6l4 4-4 4M16 10H8",
  down: "M10 4v12M5 11l5 5 5-5",
};

/** Text with its web addresses as links. */
export function linked(text: string): Node[] {
  const nodes: Node[] = [];
  let from = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"'，。、）]+[^\s<>"'.,;:!?)\]，。、）]/g)) {
    nodes.push(document.createTextNode(text.slice(from, match.index)));
    nodes.push(h("a", { href: match[0], target: "_blank", rel: "noopener noreferrer nofollow" }, match[0]));
    from = match.index + match[0].length;
  }
  nodes.push(document.createTextNode(text.slice(from)));
  return nodes;
}

/** A colour for a name, always the same one. */
export function hue(name: string): number {
  let hash = 7;
  for (const char of name) hash = (hash * 31 + char.codePointAt(0)!) % 3600;
  return hash % 12;
}

export function avatar(name: string): HTMLElement {
  const initial = [...name][0]?.toLocaleUpperCase() ?? "?";
  return h("span", { class: `avatar hue${hue(name)}`, "aria-hidden": "true" }, initial);
}
