// Connects with bind codes, as a program of the TypeScript client does. Arguments: the endpoint, the address that issues
// codes, a token. Prints the user, whether a lost connection resumed, and what a code that was used is answered with.
import { createRequire } from "node:module";
import { Client, SwitchboardError, fetchBindCode } from "../../../../js/dist/index.js";

const require = createRequire(new URL("../../../../js/package.json", import.meta.url));
const { WebSocket } = require("ws");

const [url, endpoint, token] = process.argv.slice(2);
const sockets = [];
class Counted extends WebSocket {
  constructor(...args) {
    super(...args);
    sockets.push(this);
  }
}
const options = { WebSocket: Counted, reconnectBackoff: "fixed", reconnectDelay: 50 };
const codes = [];
const fetching = async () => {
  const fetched = await fetchBindCode(endpoint, { token });
  codes.push(fetched.code);
  return fetched;
};

const client = new Client(url, { ...options, bindCode: fetching });
await client.connect();
console.log(`user ${client.user}`);
const back = new Promise((resolve) => client.once("open", ({ resumed }) => resolve(resumed)));
sockets.at(-1).terminate();
console.log(`resumed ${await back} with ${new Set(codes).size} codes`);
client.close();

const used = new Client(url, { ...options, bindCode: codes[0] });
console.log(await used.connect().then(() => "connected", (error) => `refused ${error instanceof SwitchboardError} ${error.code}`));
used.close();

const wrong = new Client(url, { ...options, bindCode: () => fetchBindCode(endpoint, { token: "bad" }), reconnectFromStart: true });
console.log(await wrong.connect().then(() => "connected", (error) => `no code ${error.code} ${error.message}`));
wrong.close();
