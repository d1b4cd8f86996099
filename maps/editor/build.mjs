// Checks the types, then bundles: shell.js, viewer.js, editor.js and case.js (ours), htmx and Leaflet (theirs), into the folder given.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(here, "..", "static"));
const require = createRequire(import.meta.url);

execFileSync(process.execPath, [require.resolve("typescript/bin/tsc"), "--noEmit", "-p", here], { stdio: "inherit" });

const common = { bundle: true, minify: true, target: "chrome90", charset: "utf8", legalComments: "none", logLevel: "warning" };
fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(path.join(out, "editor"), { recursive: true });
fs.mkdirSync(path.join(out, "leaflet"), { recursive: true });

await esbuild.build({ ...common, format: "iife", entryPoints: [path.join(here, "src/shell.ts")], outfile: path.join(out, "shell.js") });
await esbuild.build({ ...common, format: "iife", entryPoints: [path.join(here, "src/viewer.ts")], outfile: path.join(out, "editor/viewer.js") });
for (const name of ["editor", "case"]) {
  await esbuild.build({ ...common, format: "iife", entryPoints: [path.join(here, `src/draft/${name}.ts`)], outfile: path.join(out, `editor/${name}.js`) });
}

// Third parties, unchanged but for Leaflet's style sheet, whose pictures go into it: an exported map is one file.
fs.copyFileSync(require.resolve("htmx.org/dist/htmx.min.js"), path.join(out, "htmx.js"));
// The link in its attribution is never shown (the control is off); without it no file of ours names another host.
const leaflet = fs.readFileSync(require.resolve("leaflet/dist/leaflet.js"), "utf8").replaceAll("https://leafletjs.com", "#");
fs.writeFileSync(path.join(out, "leaflet/leaflet.js"), leaflet);
await esbuild.build({
  ...common,
  entryPoints: [require.resolve("leaflet/dist/leaflet.css")],
  outfile: path.join(out, "leaflet/leaflet.css"),
  loader: { ".png": "dataurl" },
});

const licences = ["ol", "leaflet", "htmx.org"].map((name) => {
  const folder = path.join(here, "node_modules", name);
  const file = fs.readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const about = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
  return { name, version: about.version, licence: about.license, text: file ? fs.readFileSync(path.join(folder, file), "utf8") : "" };
});
fs.writeFileSync(path.join(out, "licences.json"), JSON.stringify(licences, null, 1));
