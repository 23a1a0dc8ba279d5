// Builds the page: TypeScript in, what a browser loads out (target/classes/dev/switchboard/chat/web). Needs Node.js 18 and npm, nothing else.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const chat = dirname(fileURLToPath(import.meta.url));
const js = join(chat, "..", "js");
const web = join(chat, "src/main/web");
const out = join(chat, "target/classes/dev/switchboard/chat/web");
const stamp = join(chat, "target/web-built");

function fail(message) {
  console.error(`build-web: ${message}`);
  process.exit(1);
}

function newest(...paths) {
  return Math.max(
    ...paths.map((path) =>
      statSync(path).isDirectory() ? Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name)))) : statSync(path).mtimeMs,
    ),
  );
}

function run(command, args, folder) {
  try {
    execFileSync(command, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    fail(`${command} ${args.join(" ")} failed in ${relative(process.cwd(), folder) || "."}\n${error.stdout ?? ""}${error.stderr ?? ""}`);
  }
}

if (Number(process.versions.node.split(".")[0]) < 18) fail(`Node.js ${process.versions.node} (expected: 18 or newer)`);

const inputs = newest(web, join(js, "src"), join(js, "package-lock.json"), join(js, "tsconfig.json"), fileURLToPath(import.meta.url));
if (existsSync(stamp) && existsSync(join(out, "index.html")) && statSync(stamp).mtimeMs > inputs) process.exit(0);

const installed = join(js, "node_modules/.package-lock.json");
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(join(js, "package-lock.json")).mtimeMs) {
  run("npm", ["ci", "--no-audit", "--no-fund"], js);
}
const tsc = join(js, "node_modules/typescript/bin/tsc");
run(process.execPath, [tsc, "-p", "."], js);

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "lib"), { recursive: true });
run(process.execPath, [tsc, "-p", "tsconfig.json", "--outDir", join(out, "app")], web);
for (const name of readdirSync(join(js, "dist")).filter((file) => file.endsWith(".js"))) cpSync(join(js, "dist", name), join(out, "lib", name));
for (const name of readdirSync(web).filter((file) => !file.endsWith(".json") && !statSync(join(web, file)).isDirectory())) {
  cpSync(join(web, name), join(out, name));
}
// A browser finds modules by address, not by package name.
for (const name of readdirSync(join(out, "app"))) {
  const file = join(out, "app", name);
  writeFileSync(file, readFileSync(file, "utf8").replaceAll('"switchboard-client"', '"../lib/index.js"'));
}
writeFileSync(stamp, "");
