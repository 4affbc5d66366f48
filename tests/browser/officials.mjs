// officials.mjs — what officials do with a dossier in the browser, in steps that journeys share.
import { plain, word } from "./lib.mjs";

// From the work list, by the search for the code.
export async function openRecord(v, code) {
	await v.go("/ban-lam-viec?xem=co-quan");
	const box = v.page.getByRole("searchbox").first();
	await box.fill(code);
	await box.press("Enter"); // a whole code opens its record
	await v.at(new RegExp(`/${plain(code)}$`));
}

export const names = (key) => new RegExp(`^${plain(word(key))}`);

// Does an act of the record's page: opens its part when it asks for something, fills `answers` by their labels, presses its button.
export async function act(v, action, answers = {}, look = "") {
	const label = word(`DESK_ACT_${action}`);
	const part = v.main.locator("details").filter({ has: v.page.locator("summary", { hasText: new RegExp(`^\\s*${plain(label)}\\s*$`) }) });
	const where = Object.keys(answers).length ? part : v.main;
	if (Object.keys(answers).length && !(await part.evaluate((d) => d.open))) await part.locator("summary").click();
	for (const [key, value] of Object.entries(answers)) await answer(where, key, value);
	if (look) await v.look(look);
	await where.getByRole("button", { name: names(`DESK_ACT_${action}`) }).first().click();
	await v.main.getByText(word("DESK_DONE_ACT", label)).waitFor();
}

async function answer(where, key, value) {
	if (value === true) return where.getByLabel(names(key)).check();
	const group = where.getByRole("radiogroup", { name: names(key) });
	if (await group.count()) return group.getByLabel(value, { exact: true }).check();
	const control = where.getByLabel(names(key)).first();
	const kind = await control.evaluate((e) => e.type ?? e.tagName);
	if (kind === "select-one") {
		const option = control.locator("option", { hasText: value });
		return control.selectOption(await option.getAttribute("value"));
	}
	return control.fill(value);
}

// The result among the files of a record.
export const signed = (v) => v.main.locator(".files li").filter({ hasText: `· ${word("DESK_FILE_RESULT")}` }).first();
