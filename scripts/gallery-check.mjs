#!/usr/bin/env node
// gallery-check.mjs BUILD: opens every page of the gallery in the browser. Nothing may scroll sideways from 320 to 1440
// pixels, whatever the data; the keys of lists, the count of chosen rows and search while typing work under the policy.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveGallery } from "./gallery.mjs";

// Runs in the browser; each line of the result is "ok …" or "not ok …".
async function inBrowser() {
	const names = ["front", "procedure", "tracking", "form", "tasks", "confirmation", "worklist", "board", "problem", "form-staff"];
	const lines = [], say = (ok, what) => lines.push(`${ok ? "ok" : "not ok"} ${what}`);
	const open = (path, width) => new Promise((done) => {
		const f = document.createElement("iframe");
		f.width = width;
		f.height = 800;
		f.src = path;
		f.onload = () => done(f);
		document.body.append(f);
	});
	for (const width of [320, 768, 1024, 1440]) {
		const frames = await Promise.all(names.flatMap((n) => ["usual", "empty", "long", "hostile"].map((d) => open(`/${n}-${d}.html`, width))));
		for (const f of frames) {
			const e = f.contentDocument.documentElement;
			say(e.scrollWidth <= e.clientWidth, `${f.getAttribute("src")} at ${width}: ${e.scrollWidth}`);
			f.remove();
		}
	}
	const list = await open("/worklist-usual.html", 1440), d = list.contentDocument, w = list.contentWindow;
	const key = (k) => d.body.dispatchEvent(new w.KeyboardEvent("keydown", { key: k, bubbles: true }));
	const here = () => [...d.querySelectorAll("tbody tr")].findIndex((r) => r.classList.contains("here"));
	const picked = () => d.querySelectorAll("input[data-pick]:checked").length;
	key("j");
	key("j");
	say(here() === 2 && d.activeElement.classList.contains("row-link"), "j moves down and takes the focus along");
	key("k");
	say(here() === 1, "k moves up");
	key("x");
	say(picked() === 0 && !d.querySelector(".bulk").classList.contains("on"), "x takes a row out; the bar goes with the last");
	key("x");
	say(picked() === 1 && d.querySelector("[data-picked] b").textContent === "1", "x chooses a row and the bar counts it");
	d.querySelector("[data-pick-all]").click();
	say(picked() === 7, "one box chooses all");
	key("?");
	say(d.getElementById("keys").open, "? shows the keys");
	key("j");
	say(here() === 1, "keys rest while the dialog is open");
	const front = await open("/front-usual.html", 1024), doc = front.contentDocument, box = doc.querySelector("input[type=search]");
	doc.querySelector("main").insertAdjacentHTML("beforeend", '<div id="results">old</div>');
	box.value = "x";
	box.dispatchEvent(new front.contentWindow.Event("input", { bubbles: true }));
	await new Promise((done) => setTimeout(done, 1500));
	say(doc.getElementById("results").textContent === "fresh", "search while typing shows the new part");
	say(front.contentWindow.location.search === "?q=x", "the address follows the search");
	document.getElementById("out").textContent = lines.join("\n") + "\nend";
}

function browse(url) {
	const profile = mkdtempSync(join(tmpdir(), "gallery-"));
	const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", `--user-data-dir=${profile}`, "--virtual-time-budget=120000", "--dump-dom", url];
	return new Promise((done, fail) => execFile("chromium", flags, { maxBuffer: 1 << 24, timeout: 240000 }, (error, text) => {
		rmSync(profile, { recursive: true, force: true });
		if (error) fail(error);
		else done(text);
	}));
}

const html = "text/html; charset=utf-8";
const server = await serveGallery(process.argv[2] ?? "build", 0, {
	"/check.html": [html, '<body><script src="/check.js"></script><pre id="out"></pre>'],
	"/check.js": ["text/javascript", `addEventListener("DOMContentLoaded", ${inBrowser});`],
	"/thu-tuc": [html, '<!doctype html><div id="results">fresh</div>'],
});
const dom = await browse(`http://127.0.0.1:${server.address().port}/check.html`);
server.close();
server.closeAllConnections();
const lines = dom.replace(/^[\s\S]*<pre id="out">|<\/pre>[\s\S]*$/g, "").split("\n");
const bad = lines.filter((l) => l.startsWith("not ok"));
for (const line of bad) console.error(line);
console.log(`${lines.filter((l) => l.startsWith("ok")).length} passed, ${bad.length} failed`);
process.exit(bad.length || lines.at(-1) !== "end" ? 1 : 0);
