// keys.mjs — a person without a mouse. Each stop of the focus is looked at: it is on the page, can be seen, has a ring, and comes after the one before.
import { truth, until } from "./lib.mjs";

// Runs in the page. What is wrong with where the focus is, and where that is.
function focusNow() {
	const e = document.activeElement;
	if (!e || e === document.body) return { none: true };
	const box = e.getBoundingClientRect();
	const ring = (x) => getComputedStyle(x).outlineStyle !== "none" && parseFloat(getComputedStyle(x).outlineWidth) >= 2;
	const wrong = [];
	if (e.tabIndex > 0) wrong.push("a tabindex of its own");
	if (box.width < 2 || box.height < 2) wrong.push("no size");
	if (box.bottom < 1 || box.top > innerHeight - 1 || box.right < 1 || box.left > innerWidth - 1) wrong.push("outside the window");
	if (!ring(e) && !(e.matches(":focus-visible") && ring(e.parentElement))) wrong.push("no ring"); // the search box wears it with its button
	const seen = document.elementFromPoint(Math.min(Math.max(box.left + Math.min(box.width, 20) / 2, 0), innerWidth - 1), Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1));
	if (seen && !e.contains(seen) && !seen.contains(e)) wrong.push(`covered by ${seen.tagName.toLowerCase()}.${seen.className}`);
	let fixed = false;
	for (let x = e; x; x = x.parentElement) fixed = fixed || /fixed|sticky|absolute/.test(getComputedStyle(x).position);
	return { what: `${e.tagName.toLowerCase()} ${e.name || e.textContent.trim().slice(0, 40)}`, wrong, fixed, top: box.top + scrollY, bottom: box.bottom + scrollY, left: box.left, right: box.right };
}

// After a press of Tab: never back up the page, but for another column and what stands beside the text.
function inOrder(before, now) {
	const beside = now.left > before.right - 1 || now.right < before.left + 1;
	return before.none || before.fixed || now.fixed || now.bottom > before.top + 1 || beside;
}

// Presses Tab until the focus is at `selector`.
export async function tabTo(v, selector, most = 90) {
	let before = await v.page.evaluate(focusNow);
	for (let i = 0; i < most; i++) {
		if (i && (await v.page.evaluate((s) => document.activeElement.matches(s), selector.replace(/:has-text\(.*\)/, "")) ) && (await named(v, selector))) return;
		await v.press("Tab");
		const now = await v.page.evaluate(focusNow);
		if (now.none) {
			before = now; // round by the browser's own bar
			continue;
		}
		truth(!now.wrong.length, `${v.path}: the focus at ${now.what}: ${now.wrong.join(", ")}`);
		truth(inOrder(before, now), `${v.path}: from ${before.what} back up to ${now.what}`);
		before = now;
	}
	throw new Error(`${v.path}: ${selector} is not reached with ${most} presses of Tab; the focus is at ${before.what}`);
}

function named(v, selector) {
	const text = /:has-text\("(.*)"\)/.exec(selector)?.[1] ?? "";
	return v.page.evaluate((t) => document.activeElement.textContent.includes(t), text);
}

// A radio of the group that has the focus, with the arrows.
export async function choose(v, name, value) {
	await focusGroup(v, name);
	for (let i = 0; i < 30; i++) {
		const now = await v.page.evaluate(() => [document.activeElement.name, document.activeElement.value, document.activeElement.checked]);
		if (now[0] === name && now[1] === value) return now[2] || v.press("Space");
		await v.press("ArrowDown");
	}
	throw new Error(`${v.path}: ${name} has no ${value}`);
}

async function focusGroup(v, name) {
	if ((await v.page.evaluate(() => document.activeElement.name)) !== name) await tabTo(v, `[name="${name}"]`);
}

// Presses Space at the file input that has the focus. The window of the machine that then asks for a file is not the page's; what opens it is.
// Who sees no window presses again.
export async function chooseFile(v, file) {
	await v.page.waitForLoadState("load");
	v.choosers.length = 0;
	for (let i = 0; i < 4 && !v.choosers.length; i++) {
		truth(await v.page.evaluate(() => document.activeElement.type === "file"), "the focus is at the file");
		await v.press("Space");
		await until("a window to choose a file", 8, () => v.choosers.length).catch((e) => console.log(`  ${v.who} at ${v.path}: ${e.message}; pressed again`));
	}
	truth(v.choosers.length, "Space opens no window to choose a file");
	await v.choosers[0].setFiles(file);
}

// Over what is there.
export async function type(v, text) {
	await v.press("Control+A");
	await v.page.keyboard.type(text);
}

export const at = (v, path) => v.at(path);
