import { App } from "./app.js";
import { Gate, nameProblem, type Problem } from "./gate.js";
import { Settings } from "./settings.js";
import { switches } from "./switches.js";
import { TokenGate, type TokenProblem } from "./token-gate.js";
import { access, keepToken, takeToken } from "./tokens.js";

const root = document.getElementById("app")!;
const settings = Settings.load();

function gate(problem?: Problem, typed = settings.name): void {
  const form = new Gate(settings.texts, typed, switches(settings, () => gate(undefined, form.typed)), enter);
  root.replaceChildren(form.element);
  document.title = "Switchboard";
  if (problem) form.fail(problem);
  else form.focus();
}

function enter(name: string): void {
  if (settings.name !== name) settings.read = {};
  settings.name = name;
  settings.save();
  const app = new App(settings, (problem) => {
    const former = settings.name;
    if (problem === undefined) {
      settings.name = "";
      settings.save();
    }
    gate(problem, former);
  });
  root.replaceChildren(app.element);
  app.focus();
}

/** Where users have tokens: asks for one. */
function tokenGate(problem?: TokenProblem): void {
  const form = new TokenGate(settings.texts, switches(settings, () => tokenGate()), enterWith);
  root.replaceChildren(form.element);
  document.title = "Switchboard";
  if (problem) form.fail(problem);
  else form.focus();
}

function enterWith(user: string, token: string): void {
  if (settings.name !== user) settings.read = {};
  settings.name = user;
  settings.save();
  const leave = (problem?: Problem) => {
    keepToken(undefined);
    tokenGate(problem === undefined ? undefined : "refused");
  };
  const app = new App(settings, leave, token);
  root.replaceChildren(app.element);
  app.focus();
}

settings.apply();
// A link with another token, opened in this tab.
addEventListener("hashchange", () => {
  const former = location.hash;
  takeToken();
  if (location.hash !== former) location.reload();
});
const token = takeToken();
const found = await access(token);
if (found.kind === "user") enterWith(found.user, token ?? "");
else if (found.kind === "token") tokenGate();
else if (found.kind === "refused") {
  keepToken(undefined);
  tokenGate("refused");
} else if (found.kind === "unreachable" && token !== undefined) tokenGate("unreachable");
else if (settings.name === "") gate();
else {
  const problem = await nameProblem(settings.name);
  // A server that does not answer is no reason to leave: the chat shows it and comes back by itself.
  if (problem === undefined || problem === "unreachable") enter(settings.name);
  else gate(problem);
}
