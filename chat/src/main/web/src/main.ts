import { App } from "./app.js";
import { Gate, nameProblem, type Problem } from "./gate.js";
import { Settings } from "./settings.js";
import { switches } from "./switches.js";

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

settings.apply();
if (settings.name === "") gate();
else {
  const problem = await nameProblem(settings.name);
  // A server that does not answer is no reason to leave: the chat shows it and comes back by itself.
  if (problem === undefined || problem === "unreachable") enter(settings.name);
  else gate(problem);
}
