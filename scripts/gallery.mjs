#!/usr/bin/env node
// gallery.mjs BUILD [PORT]: writes the gallery of layouts and components and serves it with the assets, on this machine only,
// under the content security policy of the program. See gallery-check.mjs for the test.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { basename, extname, join } from "node:path";
import { pathToFileURL } from "node:url";

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };

// `more` maps further paths to [type, text]. Resolves to the server, listening.
export function serveGallery(build, port, more = {}) {
	const out = join(build, "gallery");
	mkdirSync(out, { recursive: true });
	execFileSync(join(build, "src/core/ui/gallery"), [out], { stdio: "inherit" });
	const answer = (path) => {
		if (more[path]) return more[path];
		if (path === "/") return [types[".html"], readdirSync(out).map((f) => `<p><a href="/${f}">${f}</a></p>`).join("")];
		const file = path.startsWith("/assets/") ? join(build, "src/gen/web", basename(path)) : join(out, basename(path));
		return existsSync(file) ? [types[extname(file)] ?? "application/octet-stream", readFileSync(file)] : null;
	};
	const server = createServer((req, res) => {
		const found = answer(new URL(req.url, "http://x").pathname);
		if (!found) return res.writeHead(404).end();
		res.setHeader("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'");
		res.setHeader("Content-Type", found[0]);
		res.end(found[1]);
	});
	return new Promise((done) => server.listen(port, "127.0.0.1", () => done(server)));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	const server = await serveGallery(process.argv[2] ?? "build", Number(process.argv[3] ?? 8099));
	console.log(`http://127.0.0.1:${server.address().port}/`);
}
