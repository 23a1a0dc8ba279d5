import { Opening } from "./opening.js";
import { rules, Sealing } from "./sealing.js";
import type { EncryptedLogs, Encryption } from "./types.js";

/**
 * For the option `encryption`: encrypts everything that is published to these logs. The first that covers a log applies.
 *
 * @throws TypeError if there is no cipher
 */
export function encrypted(...all: Encryption[]): EncryptedLogs {
  const checked = rules(all);
  return {
    sealing: (emit) => new Sealing(checked, emit),
    opening: (tell, failed) => new Opening(checked, tell, failed),
  };
}
