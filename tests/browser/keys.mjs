// keys.mjs — a person without a mouse. Each stop of the focus is looked at: it is on the page, can be seen, has a ring, and comes after the one before.
import { freshCode, truth, until, word } from "./lib.mjs";

// Runs in the page. What is wrong with where the focus is, where that is, and whether it is one of `wanted`.
function focusNow(wanted) {
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
	return { what: `${e.tagName.toLowerCase()} ${e.name || e.textContent.trim().slice(0, 40)}`, wrong, fixed, wanted: wanted.includes(e),
		top: box.top + scrollY, bottom: box.bottom + scrollY, left: box.left, right: box.right };
}

const focus = (v, selector) => v.page.locator(selector).evaluateAll(focusNow);

// After a press of Tab: never back up the page, but for another column and what stands beside the text.
function inOrder(before, now) {
	const beside = now.left > before.right - 1 || now.right < before.left + 1;
	return before.none || before.fixed || now.fixed || now.bottom > before.top + 1 || beside;
}

async function step(v, selector, before) {
	await v.press("Tab");
	const now = await focus(v, selector);
	if (now.none) return now; // round by the browser's own bar
	truth(!now.wrong.length, `${v.path}: the focus at ${now.what}: ${now.wrong.join(", ")}`);
	truth(inOrder(before, now), `${v.path}: from ${before.what} back up to ${now.what}`);
	return now;
}

// Presses Tab, at least once, until the focus is at `selector`.
export async function tabTo(v, selector, most = 150) {
	let now = await focus(v, selector);
	for (let i = 0; i < most; i++) {
		now = await step(v, selector, now);
		if (now.wanted) return;
	}
	throw new Error(`${v.path}: ${selector} is not reached with ${most} presses of Tab; the focus is at ${now.what}`);
}

// From the top of the page through all its stops, each looked at.
export async function tabRound(v) {
	await v.page.evaluate(() => document.activeElement.blur());
	await v.press("Home");
	let before = { none: true };
	for (let i = 0; i < 200; i++) {
		before = await step(v, "none", before);
		if (before.none && i) return;
	}
	throw new Error(`${v.path}: 200 presses of Tab and no end`);
}

// To a link or button, and Enter; then the page is at `path`.
export async function follow(v, selector, path) {
	await tabTo(v, selector);
	await v.press("Enter");
	if (path) await v.at(path);
}

// A radio of the group that has the focus, with the arrows.
export async function choose(v, name, value) {
	if ((await v.page.evaluate(() => document.activeElement.name)) !== name) await tabTo(v, `[name="${name}"]`);
	for (let i = 0; i < 30; i++) {
		const now = await v.page.evaluate(() => [document.activeElement.name, document.activeElement.value, document.activeElement.checked]);
		if (now[0] === name && now[1] === value) return now[2] || v.press("Space");
		await v.press("ArrowDown");
	}
	throw new Error(`${v.path}: ${name} has no ${value}`);
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

// Fills what stands on a page, or in a form of it: [name, value] by the names of its fields.
export async function answers(v, values, form = "") {
	for (const [name, value] of Object.entries(values)) {
		await tabTo(v, `${form} [name="${name}"]`);
		const kind = await v.page.evaluate(() => document.activeElement.type);
		if (kind === "radio") await choose(v, name, value);
		else if (kind === "select-one") await pick(v, value);
		else if (kind === "checkbox") await v.press("Space");
		else await type(v, value);
	}
}

// The option of a list that has the focus, by its words.
async function pick(v, words) {
	const now = () => v.page.evaluate(() => document.activeElement.selectedOptions[0].textContent.trim());
	const most = await v.page.evaluate(() => document.activeElement.length);
	for (let i = 0; i < most && !(await now()).includes(words); i++) await v.press("ArrowDown");
	truth((await now()).includes(words), `${v.path}: no ${words} in the list`);
}

// Signs in with password and, where there is one, the code of the second factor.
export async function signIn(v, role) {
	const p = v.place.people[role];
	if (v.path !== "/dang-nhap") await v.go("/dang-nhap");
	await answers(v, { login: p.login, password: p.password });
	await v.press("Enter");
	if (p.totp_secret) {
		await v.heading("ACCOUNT_OTP_TITLE");
		await answers(v, { code: await freshCode(p) });
		await v.press("Enter");
	}
	await v.page.waitForURL((u) => !u.pathname.startsWith("/dang-nhap"));
}

// An act on the page of a record: opens its part when it asks for something, fills it in, presses its button.
export async function act(v, action, values = {}) {
	const form = `form[action$="/${action.toLowerCase()}"]`, label = word(`DESK_ACT_${action}`);
	if (Object.keys(values).length) {
		if (await v.main.locator(`details:not([open]):has(${form})`).count()) await follow(v, `details:has(${form}) > summary`);
		await answers(v, values, form);
	}
	await follow(v, `${form} button[type=submit]`);
	await v.main.getByText(word("DESK_DONE_ACT", label)).waitFor();
}
