import type { Report } from "./effects.js";
import type { DecryptionReason } from "./jwe.js";
import type { AnyMessages, DecryptionFailed, Entry, Page } from "./types.js";

/** Passes on what arrives, in its order, as far as it can be read. */
export interface Reading {
  report(report: Report): void;
  /** The page with what can be read; the rest is reported. */
  page(page: Page<AnyMessages>): Promise<Page<AnyMessages>>;
}

/** Reads plain messages. An encrypted one is reported instead, as there is no key. */
export class Plain implements Reading {
  readonly #tell: (report: Report) => void;

  constructor(tell: (report: Report) => void) {
    this.#tell = tell;
  }

  report(report: Report): void {
    if (report.name !== "message" || this.#isPlain(report.event)) this.#tell(report);
  }

  async page(page: Page<AnyMessages>): Promise<Page<AnyMessages>> {
    return { ...page, messages: page.messages.filter((entry) => this.#isPlain(entry)) };
  }

  #isPlain(entry: Entry<AnyMessages>): boolean {
    const plain = typeof entry.data !== "string";
    if (!plain) this.#tell(notExpected(entry));
    return plain;
  }
}

/** The report of an encrypted message where none is expected. */
export function notExpected(entry: Entry<AnyMessages>): Report {
  return failure(entry, "unknown_key", "no encryption is set for its address");
}

export function failure(entry: Entry<AnyMessages>, reason: DecryptionReason, message: string): Report {
  const { data: _, ...envelope } = entry;
  const event: DecryptionFailed = { ...envelope, reason, message };
  return { kind: "report", name: "decryption_failed", event };
}
