// build.mjs OUTDIR MANIFEST DEPFILE: bundles what web/build.json names into OUTDIR, under names that hold their hash.
// Each line of the manifest is "KEY file url type"; tools/assets embeds them. Nothing is fetched when pages are shown.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const [out, manifestPath, depPath] = process.argv.slice(2).map((p) => resolve(p));
try {
	execFileSync(join(root, "../scripts/npm-ci"), { stdio: "inherit" });
} catch {
	process.exit(1); // it said why
}
const { build } = await import("esbuild");

const plan = JSON.parse(readFileSync(join(root, "build.json"), "utf8"));
const types = { ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
	".woff2": "font/woff2", ".png": "image/png" };
const lines = [];
const deps = new Set(["build.json", "icons.txt", "package-lock.json", "scripts/build.mjs"]);

function add(file, source) {
	const key = basename(source).replace(/[^A-Za-z0-9]+/g, "_").toUpperCase();
	const type = types[extname(file)];
	if (!type) throw new Error(`${file}: no type for this kind of file`);
	lines.push([key, file, "/assets/" + basename(file), type].join("\t"));
}

function addHashed(name, text) {
	const hash = createHash("sha256").update(text).digest("hex").slice(0, 10);
	const file = join(out, `${basename(name, extname(name))}.${hash}${extname(name)}`);
	writeFileSync(file, text);
	add(file, name);
}

// One symbol per line of icons.txt, "our-name tabler-name"; strokes take the colour of the text.
function sprite() {
	let text = '<svg xmlns="http://www.w3.org/2000/svg">';
	for (const line of readFileSync(join(root, "icons.txt"), "utf8").trim().split("\n")) {
		const [id, name] = line.split(" ");
		const path = `node_modules/@tabler/icons/icons/outline/${name}.svg`;
		const inner = readFileSync(join(root, path), "utf8").replace(/^[\s\S]*?<svg[\s\S]*?>|<\/svg>\s*$/g, "")
			.replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" \/>/, "").replace(/\s*\n\s*/g, "");
		text += `<symbol id="${id}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ` +
			`stroke-linecap="round" stroke-linejoin="round">${inner}</symbol>`;
	}
	return text + "</svg>\n";
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const entries = [...plan.scripts, ...plan.styles];
const missing = entries.filter((e) => !existsSync(join(root, e)));
if (missing.length) throw new Error(`web/build.json names files that are not there: ${missing.join(", ")}`);
const result = await build({
	absWorkingDir: root, entryPoints: entries, bundle: true, minify: true, metafile: true, outdir: out, publicPath: "/assets",
	entryNames: "[name].[hash]", assetNames: "[name].[hash]", format: "iife", charset: "utf8", legalComments: "none",
	loader: { ".woff2": "file" }, target: ["chrome80", "firefox78", "safari13"], logLevel: "warning",
});
for (const [file, o] of Object.entries(result.metafile.outputs)) {
	const inputs = Object.keys(o.inputs);
	add(resolve(root, file), o.entryPoint ?? inputs[0]);
}
for (const input of Object.keys(result.metafile.inputs)) deps.add(input);
addHashed("icons.svg", sprite());
writeFileSync(manifestPath, lines.sort().join("\n") + "\n");
const escape = (p) => p.replace(/ /g, "\\ ");
writeFileSync(depPath, `${escape(relative(process.cwd(), manifestPath))}: ` +
	[...deps].map((d) => escape(join(root, d))).join(" ") + "\n");
