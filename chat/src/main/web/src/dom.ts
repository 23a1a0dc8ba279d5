import { parts } from "./links.js";

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

/** Sets the text if it is another one, so that a screen reader is not told twice. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Makes the children of `parent` these, moving no element that is in its place: focus and scrolling stay. */
export function arrange(parent: Element, wanted: readonly Element[]): void {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  let at = parent.firstElementChild;
  for (const element of wanted) {
    if (element === at) at = at.nextElementSibling;
    else parent.insertBefore(element, at);
  }
}

/** Elements by key: made once, updated after that, forgotten when no longer wanted. */
export class Keyed<T, E extends HTMLElement> {
  readonly #elements = new Map<string, E>();

  constructor(
    readonly parent: Element,
    readonly make: (value: T) => E,
    readonly update: (element: E, value: T) => void,
  ) {}

  show(values: readonly T[], keyOf: (value: T) => string): void {
    const keys = new Set<string>();
    const wanted = values.map((value) => {
      const key = keyOf(value);
      const element = this.#elements.get(key) ?? this.make(value);
      keys.add(key);
      this.#elements.set(key, element);
      this.update(element, value);
      return element;
    });
    for (const key of this.#elements.keys()) if (!keys.has(key)) this.#elements.delete(key);
    arrange(this.parent, wanted);
  }

  clear(): void {
    this.#elements.clear();
    this.parent.replaceChildren();
  }
}

/** Text with its web addresses as links. */
export function linked(text: string): Node[] {
  return parts(text).map((part) =>
    part.href === undefined
      ? document.createTextNode(part.text)
      : h("a", { href: part.href, target: "_blank", rel: "noopener noreferrer nofollow" }, part.text),
  );
}

const HUES = 12;

/** A colour for a name, always the same one; as a class, for styles are not set from here. */
export function hue(name: string): string {
  let hash = 7;
  for (const char of name) hash = (hash * 31 + char.codePointAt(0)!) % 99_991;
  return `hue${hash % HUES}`;
}

export function avatar(name: string): HTMLElement {
  const initial = [...name.trim()][0]?.toLocaleUpperCase() ?? "?";
  return h("span", { class: `avatar ${hue(name)}`, "aria-hidden": "true" }, initial);
}
