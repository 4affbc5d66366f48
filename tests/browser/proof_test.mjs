// What a file is worth: a paper and a receipt from one's own dossier come back to /kiem-tra, whole and changed, with scripts and without, dropped and chosen.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Visitor, demonstration, end, journey, truth, word } from "./lib.mjs";

const place = await demonstration({ dossiers: 40 });
const keep = mkdtempSync(join(place.root, "files-"));
const files = {};

async function download(v, link, name) {
	const [got] = await Promise.all([v.page.waitForEvent("download"), link.click()]);
	await got.saveAs(files[name] = join(keep, name));
}

const change = (from, name, f) => writeFileSync(files[name] = join(keep, name), f(readFileSync(files[from])));

async function bring(v, name) {
	await v.go("/kiem-tra");
	await v.field("PROOF_FILE").setInputFiles(files[name]);
	await v.main.locator("button[type=submit]").click();
}

async function dropped(v, name) {
	await v.go("/kiem-tra");
	const bytes = [...readFileSync(files[name])];
	const box = v.field("PROOF_FILE");
	const data = await v.page.evaluateHandle(([bytes, name]) => {
		const t = new DataTransfer();
		t.items.add(new File([new Uint8Array(bytes)], name));
		return t;
	}, [bytes, name]);
	await box.evaluate((input, t) => { input.files = t.files; }, data);
	await v.main.locator("button[type=submit]").click();
}

const says = async (v, key) => truth((await v.main.innerText()).includes(word(key)), `no "${word(key)}"`);

const citizen = await Visitor.open(place, "citizen");
await journey("a citizen keeps files", [
	["signs in", () => citizen.signIn("citizen")],
	["opens a dossier", async () => {
		await citizen.go("/ho-so-cua-toi");
		await citizen.main.locator("a[href^='/ho-so/']").first().click();
		for (let i = 0; i < 120 && !await citizen.link("FILING_PAPER_RECEIPT").count(); i++) { // a job draws it
			await citizen.page.waitForTimeout(1000);
			await citizen.page.reload();
		}
		await citizen.look("dossier");
	}],
	["downloads its receipt paper", () => download(citizen, citizen.link("FILING_PAPER_RECEIPT"), "giay.pdf")],
	["downloads a receipt of the record", async () => {
		await citizen.main.getByText(word("FILING_RECEIPTS"), { exact: true }).click();
		await download(citizen, citizen.main.locator("a[href*='/bien-nhan/']").first(), "bien-nhan.json");
		await citizen.look("dossier-receipts");
	}],
], [citizen]);
await citizen.close();

change("giay.pdf", "sua.pdf", (b) => Buffer.concat([b, Buffer.from("x")]));
change("bien-nhan.json", "sua.json", (b) => Buffer.from(b.toString().replace(/"subject":\d/, '"subject":1')));
writeFileSync(files["trang.pdf"] = join(keep, "trang.pdf"), "<html>");

for (const [js, width] of [[true, 1440], [true, 320], [false, 320]]) {
	const v = await Visitor.open(place, `anyone-${js ? "js" : "plain"}-${width}`, { width, js });
	v.expect("/kiem-tra: 422");
	v.expect("status of 422");
	const tries = [["giay.pdf", "PROOF_OURS"], ["sua.pdf", "PROOF_REFUSED"], ["bien-nhan.json", "PROOF_R_OPEN"], ["sua.json", "PROOF_R_BROKEN"], ["trang.pdf", "PROOF_OTHER_KIND"]];
	await journey(`/kiem-tra ${v.who}`, [
		["the form, from the foot of a page", async () => {
			await v.go("/tra-cuu");
			await v.page.getByRole("contentinfo").getByRole("link", { name: word("FOOT_VERIFY") }).click();
			await v.heading("PROOF_TITLE");
			await v.look("form");
		}],
		...tries.map(([name, key]) => [name, async () => {
			await bring(v, name);
			await says(v, key);
			await v.look(name);
		}]),
		...(js ? [["dropped", async () => {
			await dropped(v, "giay.pdf");
			await says(v, "PROOF_OURS");
		}]] : []),
	], [v]);
	await v.close();
}
await journey("the program", [["stops in good order", place.stop]]);
await end();
