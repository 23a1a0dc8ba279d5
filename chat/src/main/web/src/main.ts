import { App } from "./app.js";
import { applyLook, controls } from "./controls.js";
import { Gate, nameProblem } from "./gate.js";
import { load, save } from "./settings.js";
import { texts } from "./texts.js";

const root = document.getElementById("app")!;
const settings = load();

function gate(problem?: Parameters<Gate["fail"]>[0]): void {
  const t = texts[settings.language];
  const form = new Gate(t, settings.name, controls(settings, () => gate()), (name) => enter(name));
  root.replaceChildren(form.element);
  document.getElementById("skip")!.textContent = t.skip;
  document.title = "Switchboard";
  if (problem) form.fail(problem);
  else form.focus();
}

async function enter(name: string): Promise<void> {
  if (settings.name !== name) settings.read = {};
  settings.name = name;
  save(settings);
  const app = new App(settings, (problem) => {
    settings.name = problem ? settings.name : "";
    save(settings);
    gate(problem);
  });
  root.replaceChildren(app.element);
}

applyLook(settings);
if (settings.name === "") gate();
else {
  const problem = await nameProblem(settings.name);
  // A server that does not answer is no reason to leave: the chat shows it and comes back by itself.
  if (problem === undefined || problem === "unreachable") await enter(settings.name);
  else gate(problem);
}
