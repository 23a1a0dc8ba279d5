import type { Report } from "./effects.js";
import type { DecryptionReason } from "./jwe.js";
import { failure, notExpected, type Reading } from "./plain.js";
import { cipherOf, type Rule } from "./sealing.js";
import type { AnyMessages, Entry, MessageCipher, Page } from "./types.js";
import type { Json } from "./wire.js";

/**
 * Decrypts what arrives, and passes reports on in their order: while an entry is being decrypted, later reports wait. The
 * address alone decides: everything is encrypted where a rule covers it, and nothing elsewhere.
 */
export class Opening implements Reading {
  readonly #rules: readonly Rule[];
  readonly #tell: (report: Report) => void;
  readonly #failed: (error: unknown) => void;
  #waiting = 0; // how many reports wait for earlier ones, or are being told
  #last: Promise<void> = Promise.resolve(); // settled once all of them were told

  constructor(rules: readonly Rule[], tell: (report: Report) => void, failed: (error: unknown) => void) {
    this.#rules = rules;
    this.#tell = tell;
    this.#failed = failed;
  }

  report(report: Report): void {
    const opened = report.name === "message" ? this.#open(report.event) : undefined;
    if (opened === undefined && this.#waiting === 0) this.#tell(report);
    else this.#later(opened ?? report);
  }

  async page(page: Page<AnyMessages>): Promise<Page<AnyMessages>> {
    const messages: Entry<AnyMessages>[] = [];
    for (const entry of page.messages) {
      const opened = await this.#open(entry);
      if (opened === undefined) messages.push(entry);
      else if (opened.name === "message") messages.push(opened.event);
      else this.#later(opened);
    }
    return { ...page, messages };
  }

  #later(ready: Report | Promise<Report>): void {
    this.#waiting++;
    const before = this.#last;
    this.#last = Promise.all([ready, before])
      .then(([report]) => this.#tell(report))
      .catch(this.#failed)
      .finally(() => void this.#waiting--);
  }

  /** Undefined if it is plain and may be; otherwise the report of it once it is decrypted, or of why it is not. */
  #open(entry: Entry<AnyMessages>): Report | Promise<Report> | undefined {
    const cipher = cipherOf(this.#rules, entry as unknown as Json);
    const { data } = entry;
    if (typeof data !== "string") return cipher && failure(entry, "not_encrypted", "plain (expected: encrypted)");
    if (!cipher) return notExpected(entry);
    return this.#decrypt(cipher, data, entry);
  }

  async #decrypt(cipher: MessageCipher, text: string, entry: Entry<AnyMessages>): Promise<Report> {
    try {
      const data: unknown = JSON.parse(await cipher.decryptText(text, entry));
      return { kind: "report", name: "message", event: { ...entry, data } };
    } catch (error) {
      const { reason, message } = error as { reason?: DecryptionReason; message?: string };
      if (typeof reason === "string") return failure(entry, reason, String(message));
      if (!(error instanceof SyntaxError)) this.#failed(error);
      return failure(entry, "malformed", "not JSON in it, or the cipher failed");
    }
  }
}
