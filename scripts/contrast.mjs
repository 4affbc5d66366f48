#!/usr/bin/env node
// contrast.mjs: measures every pair of colours in use, in the light and the dark list of web/css/tokens.css, against WCAG 2.2.
// A colour token that a style sheet uses and no pair names is refused too.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const css = join(dirname(fileURLToPath(import.meta.url)), "../web/css");
const read = (name) => readFileSync(join(css, name), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");

// [least ratio, foregrounds, backgrounds]
const pairs = [
	[7, ["ink"], ["paper", "quiet", "act-2", "ok-2", "wait-2", "late-2", "you-2"]],
	[4.5, ["muted"], ["paper", "quiet", "act-2", "hatch", "ok-2"]],
	[4.5, ["act"], ["paper", "quiet", "act-2", "wait-2", "late-2", "you-2", "ok-2"]],
	[4.5, ["act-on"], ["act-bg", "act-bg-over"]],
	[4.5, ["ok"], ["paper", "ok-2"]], [4.5, ["wait"], ["paper", "wait-2"]], [4.5, ["late"], ["paper", "late-2"]],
	[4.5, ["you"], ["paper", "you-2"]],
	[4.5, ["rail-ink", "rail-muted", "rail-strong"], ["rail", "rail-on"]],
	// Not text: borders of boxes, focus rings, bars.
	[3, ["edge", "focus", "act"], ["paper", "quiet"]], [3, ["focus-rail"], ["rail", "rail-on"]], [3, ["bar", "late"], ["quiet", "paper"]],
	[3, ["mark", "mark-good", "mark-bad", "mark-wait", "mark-you", "mark-quiet"], ["paper"]],
	[3, ["act-bg"], ["paper", "quiet"]], [3, ["civic"], ["paper"]], [3, ["star"], ["civic"]],
];
// Ornaments that carry no meaning alone.
const ornaments = new Set(["line", "act-line", "you-line", "shadow"]);

function lists() {
	const text = read("tokens.css"), dark = text.indexOf("@media (prefers-color-scheme: dark)"), print = text.indexOf("@media print");
	const tokens = (part) => Object.fromEntries([...part.matchAll(/--([a-z0-9-]+):\s*(#[0-9A-Fa-f]{3,6})/g)].map((m) => [m[1], m[2]]));
	const light = tokens(text.slice(0, dark));
	return { light, dark: { ...light, ...tokens(text.slice(dark, print)) } };
}

function luminance(hex) {
	const h = hex.length === 4 ? hex.replace(/[0-9A-Fa-f]/g, "$&$&") : hex;
	const [r, g, b] = [1, 3, 5].map((i) => parseInt(h.slice(i, i + 2), 16) / 255)
		.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function ratio(a, b) {
	const [x, y] = [luminance(a), luminance(b)];
	return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

function faults() {
	const found = [], named = new Set(ornaments);
	for (const [scheme, tokens] of Object.entries(lists()))
		for (const [least, fore, back] of pairs)
			for (const f of fore) for (const b of back) {
				named.add(f).add(b);
				if (!tokens[f] || !tokens[b]) found.push(`${scheme}: --${tokens[f] ? b : f} is not a colour`);
				else if (ratio(tokens[f], tokens[b]) < least)
					found.push(`${scheme}: --${f} on --${b} is ${ratio(tokens[f], tokens[b]).toFixed(2)}, least ${least}`);
			}
	const colours = new Set(Object.keys(lists().light));
	for (const sheet of ["base.css", "citizen.css", "staff.css", "chart.css"])
		for (const [, token] of read(sheet).matchAll(/var\(--([a-z0-9-]+)\)/g))
			if (colours.has(token) && !named.has(token)) found.push(`${sheet}: --${token} stands in no pair`);
	return [...new Set(found)];
}

function selfTest() {
	if (ratio("#000", "#FFFFFF").toFixed(1) !== "21.0" || ratio("#777777", "#FFFFFF").toFixed(2) !== "4.48")
		throw new Error("the measure itself is wrong");
}

selfTest();
const bad = faults();
for (const line of bad) console.error(line);
console.log(`${bad.length} faults`);
process.exit(bad.length ? 1 : 0);
