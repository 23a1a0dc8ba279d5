/** On a narrow screen, the panels at the sides come in over the page, one at a time, and what is behind them can't be reached. */
export class Drawers {
  #open: HTMLElement | undefined;
  #opener: Element | null = null;

  constructor(
    readonly root: HTMLElement,
    readonly behind: HTMLElement,
  ) {}

  toggle(panel: HTMLElement): void {
    if (this.#open === panel) return void this.close();
    this.close();
    this.#open = panel;
    this.#opener = document.activeElement;
    this.root.dataset["drawer"] = panel.id;
    this.behind.inert = true;
    panel.querySelector<HTMLElement>("[aria-current], button:not([hidden])")?.focus();
  }

  /** Closes what is open; the focus goes back to where it came from. False if nothing was open. */
  close(): boolean {
    if (!this.#open) return false;
    this.#open = undefined;
    delete this.root.dataset["drawer"];
    this.behind.inert = false;
    if (this.#opener instanceof HTMLElement) this.#opener.focus();
    return true;
  }
}
