// Bundles each test of tests/ as it would be for the browser, and runs them in node's test runner.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = fs.mkdtempSync(path.join(os.tmpdir(), "wangge-tests-"));
try {
  const tests = fs.readdirSync(path.join(here, "tests")).filter((name) => name.endsWith(".test.ts"));
  await esbuild.build({
    entryPoints: tests.map((name) => path.join(here, "tests", name)),
    bundle: true,
    platform: "node",
    format: "cjs",
    outdir: out,
    outExtension: { ".js": ".cjs" },
    logLevel: "warning",
  });
  const made = tests.map((name) => path.join(out, name.replace(/\.ts$/, ".cjs")));
  process.exitCode = spawnSync(process.execPath, ["--test", ...made], { stdio: "inherit" }).status ?? 1;
} finally {
  fs.rmSync(out, { recursive: true, force: true });
}
