import { dayOf } from "./layout.js";
import type { Language, Texts } from "./texts.js";

/** Times as people of a language write them. Formatters are dear to make, so they are kept. */
export class Times {
  readonly #clock: Intl.DateTimeFormat;
  readonly #full: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;

  constructor(
    language: Language,
    readonly texts: Texts,
  ) {
    // The person's own habit for the clock, if the browser speaks the same language.
    const locale = navigator.languages.find((one) => one.toLowerCase().startsWith(language)) ?? language;
    this.#clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
    this.#full = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" });
    this.#day = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  }

  clock(time: number): string {
    return this.#clock.format(time);
  }

  full(time: number): string {
    return this.#full.format(time);
  }

  day(time: number): string {
    const today = dayOf(Date.now());
    if (time === today) return this.texts.today;
    if (time === dayOf(today - 1)) return this.texts.yesterday;
    return this.#day.format(time);
  }
}
