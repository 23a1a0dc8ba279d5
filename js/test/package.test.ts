// The package as others get it: packed, installed into an empty project, imported, required, type-checked and bundled.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { build } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const js = process.cwd();
const about = JSON.parse(readFileSync(join(js, "package.json"), "utf8")) as { version: string; exports: object };
const entries = Object.keys(about.exports).map((path) => `switchboard-client${path.slice(1)}`);
const project = mkdtempSync(join(tmpdir(), "switchboard-package-"));
const tarball = join(project, `switchboard-client-${about.version}.tgz`);

/** For each entry, minified and compressed. docs/performance.md has the figures. */
const MAX_BYTES: Record<string, number> = {
  "switchboard-client": 18_300,
  "switchboard-client/cbor": 1_750,
  "switchboard-client/encryption": 4_800,
  "switchboard-client/store": 1_750,
  "switchboard-client/react": 2_200,
  "switchboard-client/vue": 2_200,
};

const run = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: project, encoding: "utf8" });

before(() => {
  execFileSync("npm", ["pack", "--silent", "--pack-destination", project], { cwd: js });
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }');
  run("npm", "install", "--offline", "--silent", "--no-audit", "--no-fund", tarball);
  mkdirSync(join(project, "node_modules/@types"));
  for (const peer of ["react", "vue", "@types/react"]) symlinkSync(join(js, "node_modules", peer), join(project, "node_modules", peer));
});
after(() => rmSync(project, { recursive: true, force: true }));

test("publint finds nothing, and the types resolve wherever ES modules do", async () => {
  const packed = readFileSync(tarball);
  const { messages, pkg } = await publint({
    pack: { tarball: packed.buffer.slice(packed.byteOffset, packed.byteOffset + packed.byteLength) as ArrayBuffer },
  });
  assert.deepEqual(messages.map((message) => formatMessage(message, pkg)), []);

  const checked = await checkPackage(createPackageFromTarballData(packed));
  assert.ok(checked.types, "the package has types");
  // CommonJS gets the ES module through require, which Node has allowed since 20.19. The resolution of Node 10 knows no exports.
  const ours = checked.problems.filter(
    (problem) =>
      problem.kind !== "CJSResolvesToESM" && !("resolutionKind" in problem && problem.resolutionKind === "node10"),
  );
  assert.deepEqual(ours, []);
});

test("each entry can be imported, and required by CommonJS", () => {
  for (const entry of entries) {
    const names = run("node", "--input-type=module", "-e", `console.log(Object.keys(await import("${entry}")).sort().join())`);
    const required = run("node", "--no-warnings", "--input-type=commonjs", "-e", `console.log(Object.keys(require("${entry}")).sort().join())`);
    assert.ok(names.trim().length > 0, entry);
    assert.equal(required, names);
  }
});

test("its types are found by Node's resolution, from both kinds of modules, and by bundlers'", () => {
  const program = entries.map((entry, i) => `import * as m${i} from "${entry}";\nexport const n${i}: object = m${i};\n`).join("");
  for (const file of ["module.mts", "common.cts", "bundled.ts"]) writeFileSync(join(project, file), program);
  const compile = (files: string[], resolution: object) => {
    const compilerOptions = { noEmit: true, strict: true, target: "es2022", types: [], ...resolution };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    run("node", join(js, "node_modules/typescript/bin/tsc"), "-p", ".");
  };
  compile(["module.mts", "common.cts"], { module: "nodenext" });
  compile(["bundled.ts"], { module: "esnext", moduleResolution: "bundler" });
});

test("what everyone loads does not grow unnoticed", async (t) => {
  for (const entry of entries) {
    const bundle = await build({
      stdin: { contents: `export * from "${entry}";`, resolveDir: project },
      bundle: true,
      format: "esm",
      external: ["react", "vue"],
      minify: true,
      write: false,
    });
    const bytes = gzipSync(bundle.outputFiles[0]!.contents, { level: 9 }).length;
    t.diagnostic(`${entry}: ${bytes} bytes`);
    const most = MAX_BYTES[entry] ?? 0;
    assert.ok(bytes <= most, `${entry}: ${bytes} bytes (expected: at most ${most})`);
  }
});

test("the licence is part of it, and the source maps hold their sources", () => {
  const installed = join(project, "node_modules/switchboard-client");
  assert.equal(readFileSync(join(installed, "LICENSE"), "utf8"), readFileSync(join(js, "../LICENSE"), "utf8"));
  const map = JSON.parse(readFileSync(join(installed, "dist/index.js.map"), "utf8")) as { sourcesContent: string[] };
  assert.equal(map.sourcesContent[0], readFileSync(join(js, "src/index.ts"), "utf8"));
});
