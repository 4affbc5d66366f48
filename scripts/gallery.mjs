#!/usr/bin/env node
// gallery.mjs BUILD [PORT]: writes the gallery of layouts and components and serves it with the assets, on this machine only,
// under the content security policy of the program.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { basename, extname, join } from "node:path";

const build = process.argv[2] ?? "build", port = Number(process.argv[3] ?? 8099), out = join(build, "gallery");
mkdirSync(out, { recursive: true });
execFileSync(join(build, "src/core/ui/gallery"), [out], { stdio: "inherit" });
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
createServer((req, res) => {
	const path = new URL(req.url, "http://x").pathname, name = basename(path);
	const file = path.startsWith("/assets/") ? join(build, "src/gen/web", name) : join(out, name);
	if (path === "/") {
		res.setHeader("Content-Type", types[".html"]);
		return res.end(readdirSync(out).map((f) => `<p><a href="/${f}">${f}</a></p>`).join(""));
	}
	if (!existsSync(file)) return res.writeHead(404).end();
	res.setHeader("Content-Security-Policy", "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'");
	res.setHeader("Content-Type", types[extname(file)] ?? "application/octet-stream");
	res.end(readFileSync(file));
}).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/`));
