// citizen.mjs — what a citizen does on the way from the front page to a dossier of their own, in steps that journeys share.
import { equal, pattern, truth, word } from "./lib.mjs";
import { pages, pdf, procedure } from "./xray.mjs";

export async function findAndRead(v) {
	await v.go("/");
	await v.look("front");
	await v.main.getByRole("searchbox").first().fill("cap phep may chup x quang");
	await v.main.getByRole("searchbox").first().press("Enter");
	await v.page.waitForURL("**/dich-vu-cong?*");
	await v.look("found");
	await v.main.locator(`a[href="/dich-vu-cong/${procedure}"]`).click();
	await v.look("procedure");
	await v.page.getByRole("link", { name: word("DO_FILE") }).first().click();
	await v.heading("FILING_TITLE");
}

// Fills a page of questions by the names of its fields.
export async function fill(v, answers) {
	for (const [name, value] of Object.entries(answers)) {
		const control = v.page.locator(`[name="${name}"]`);
		const kind = await control.first().evaluate((e) => e.type);
		if (kind === "radio") await v.page.locator(`[name="${name}"][value="${value}"]`).check();
		else if (kind === "select-one") await control.selectOption(value);
		else await control.fill(value);
	}
}

export async function shown(v, answers) {
	for (const [name, value] of Object.entries(answers)) {
		const got = await v.page.locator(`[name="${name}"]`).evaluateAll((all) => (all[0].type === "radio" ? all.find((x) => x.checked)?.value : all[0].value));
		equal(got, value, `what was typed in ${name}`);
	}
}

// The summary of errors is there, takes the focus where scripts run, and leads to each of these fields; the error is tied to the field.
export async function errorsAt(v, ...names) {
	await v.page.getByRole("alert").waitFor();
	if (v.js) equal(await v.page.evaluate(() => document.activeElement.id), "errors", "the summary takes the focus");
	for (const name of names) await errorAt(v, name);
}

async function errorAt(v, name) {
	const summary = v.page.getByRole("alert");
	const field = v.page.locator(`[name="${name}"]`).first();
	const id = await field.evaluate((e) => (e.type === "radio" ? e.closest("fieldset").parentElement.querySelector("[id]").id : e.id));
	const link = summary.locator(`a[href="#${id}"]`);
	await link.click();
	equal(await v.page.evaluate(() => document.activeElement.getAttribute("name")), name, "the link of the summary moves the focus");
	const error = await field.evaluate((e) => {
		const box = e.type === "radio" ? e.closest("fieldset") : e;
		return [box.getAttribute("aria-invalid"), (box.getAttribute("aria-describedby") ?? "").split(" ").map((x) => document.getElementById(x)?.textContent ?? "").join(" ")];
	});
	equal(error[0], "true", `${name} is marked as wrong`);
	truth(error[1].includes(word("FIELD_ERROR_PREFIX")), `${name} is described by its error: ${error[1]}`);
}

export const tasks = (v) => v.at(/\/nhap\/\d+$/);

export async function who(v) {
	await v.link("FILING_WHO").click();
	await v.heading("FILING_WHO");
	await v.field("FILING_ADDRESS").fill("12 phố Mẫu, phường Mẫu");
	await v.field("FILING_OUT_ONLINE").check();
	await v.button("DO_CONTINUE").click();
	await v.at(/\/muc\/0$/);
}

export async function question(v, i) {
	await v.at(new RegExp(`/muc/${i}$`));
	await fill(v, pages[i]);
	await v.button("DO_CONTINUE").click();
}

export async function attach(v, i, name, file = pdf(name)) {
	await v.page.getByRole("main").locator(`a[href$="/tep/${i}"]`).click();
	await v.field("FILING_FILE").setInputFiles({ name, mimeType: "application/pdf", buffer: file });
	await v.button("FILING_UPLOAD").click();
	await v.main.getByText(name, { exact: true }).waitFor();
}

export async function backToTasks(v) {
	await v.link("FILING_BACK_TO_TASKS").click();
	await tasks(v);
}

// Sends and reads the confirmation.
export async function send(v) {
	await v.button("FILING_SEND").click();
	await v.heading("FILING_SENT");
	const code = await v.main.getByText(/^[A-Z]\d\d(\.\d+)+-\d{6}-\d{4,5}$/).first().innerText();
	const text = await v.main.innerText();
	truth(pattern("FILING_NEXT_1").test(text), "says until when it will be answered");
	const shown = await v.main.locator("dt", { hasText: new RegExp(`^${word("FILING_SECRET")}$`) }).locator("xpath=following-sibling::dd").innerText();
	truth(/^[0-9A-HJKMNP-TV-Z]{4}( [0-9A-HJKMNP-TV-Z]{4}){3}$/.test(shown), `a secret of 80 bits in fours: ${shown}`);
	return { code, shown, secret: shown.replace(/ /g, "") };
}
