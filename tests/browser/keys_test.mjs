// A citizen files with key presses alone: Tab, Shift, Enter, Space, arrows and letters. Wherever the focus goes it can be seen, in the order of the page.
import { Visitor, demonstration, end, equal, journey, truth, word } from "./lib.mjs";
import { at, choose, chooseFile, tabTo, type } from "./keys.mjs";
import { pages, pdf, procedure } from "./xray.mjs";

const place = await demonstration({ dossiers: 1 });

async function answers(v, page) {
	for (const [name, value] of Object.entries(page)) {
		await tabTo(v, `[name="${name}"]`);
		if (await v.page.evaluate(() => document.activeElement.type === "radio")) await choose(v, name, value);
		else await type(v, value);
	}
}

async function attach(v, i) {
	await tabTo(v, `a[href$="/tep/${i}"]`);
	await v.press("Enter");
	await at(v, /\/tep\/\d+$/);
	await tabTo(v, "input[type=file]");
	await chooseFile(v, { name: `giay-to-${i}.pdf`, mimeType: "application/pdf", buffer: pdf(`giay to ${i}`) });
	await tabTo(v, `button:has-text("${word("FILING_UPLOAD")}")`);
	await v.press("Enter");
	await v.main.getByText(`giay-to-${i}.pdf`, { exact: true }).waitFor();
}

async function files(width) {
	const v = await Visitor.open(place, `keys-${width}`, { width });
	let code = "";
	await journey(v.who, [
		["finds the procedure", async () => {
			await v.go("/");
			await tabTo(v, ".skip");
			await v.press("Enter");
			await tabTo(v, "main input[type=search]");
			await type(v, "cap phep may chup x quang");
			await v.press("Enter");
			await at(v, /^\/dich-vu-cong$/);
			await tabTo(v, `main a[href="/dich-vu-cong/${procedure}"]`);
			await v.press("Enter");
			await at(v, new RegExp(procedure));
			await tabTo(v, `a[href="/nop-ho-so/${procedure}"]`);
			await v.press("Enter");
			await at(v, /^\/nop-ho-so/);
		}],
		["signs in and begins", async () => {
			await tabTo(v, 'main a[href^="/dang-nhap"]');
			await v.press("Enter");
			await at(v, /^\/dang-nhap$/);
			await tabTo(v, "[name=login]");
			await type(v, place.people.citizen.login);
			await tabTo(v, "[name=password]");
			await type(v, place.people.citizen.password);
			await v.press("Enter");
			await at(v, /^\/nop-ho-so/);
			await tabTo(v, `main button:has-text("${word("FILING_BEGIN")}")`);
			await v.press("Enter");
			await at(v, /\/nhap\/\d+$/);
		}],
		["says who files", async () => {
			await tabTo(v, 'a[href$="/nguoi-nop"]');
			await v.press("Enter");
			await at(v, /\/nguoi-nop$/);
			await tabTo(v, "[name=address]");
			await type(v, "12 phố Mẫu, phường Mẫu");
			await choose(v, "channel_out", "online");
			await tabTo(v, `main button:has-text("${word("DO_CONTINUE")}")`);
			await v.press("Enter");
			await at(v, /\/muc\/0$/);
		}],
		["an empty page is sent; the summary has the focus and leads to the field", async () => {
			await tabTo(v, `main button:has-text("${word("DO_CONTINUE")}")`);
			v.expect("422");
			await v.press("Enter");
			await v.page.getByRole("alert").waitFor();
			equal(await v.page.evaluate(() => document.activeElement.id), "errors", "the focus");
			await v.press("Tab");
			await v.press("Enter");
			equal(await v.page.evaluate(() => document.activeElement.getAttribute("name")), "ten_to_chuc", "the focus");
		}],
		...pages.map((page, i) => [`answers page ${i + 1}`, async () => {
			await at(v, new RegExp(`/muc/${i}$`));
			await answers(v, page);
			await v.shot(`page-${i}`);
			await v.press("Enter"); // in a field Enter sends the page
		}]),
		["attaches", async () => {
			await at(v, /\/nhap\/\d+$/);
			for (let i = 0; i < 5; i++) {
				await attach(v, i);
				await tabTo(v, `main a:has-text("${word("FILING_BACK_TO_TASKS")}")`);
				await v.press("Enter");
				await at(v, /\/nhap\/\d+$/);
			}
		}],
		["checks and sends", async () => {
			await tabTo(v, 'a[href$="/kiem-tra"]');
			await v.press("Enter");
			await at(v, /\/kiem-tra$/);
			await tabTo(v, `button:has-text("${word("FILING_SEND")}")`, 150);
			await v.press("Enter");
			await v.heading("FILING_SENT");
			code = await v.main.getByText(/^[A-Z]\d\d(\.\d+)+-\d{6}-\d{4,5}$/).first().innerText();
			await tabTo(v, `a[href="/ho-so/${code}"]`);
			await v.press("Enter");
			await v.heading("FILING_STATE_RECEIVED");
			truth((await v.main.innerText()).includes("giay-to-4.pdf"), "with its files");
			v.noProblems();
		}],
	], () => [v]);
	await v.close();
}

await files(320);
await files(1280);
await journey("the program", [["stops in good order", place.stop]]);
await end();
