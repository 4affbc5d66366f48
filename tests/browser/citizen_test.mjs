// A citizen's way from the front page to a sent dossier and its look-up, on a phone and on a desk; with the option `plain` all scripts are off.
// F-004: a form with typed fields, checks and drafts. F-012: looked up by code, then by code and secret.
import { Visitor, demonstration, end, equal, journey, option, pattern, truth, word } from "./lib.mjs";
import { attach, backToTasks, errorsAt, fill, findAndRead, question, send, shown, tasks, who } from "./citizen.mjs";
import { pages, pdf } from "./xray.mjs";

const place = await demonstration({ dossiers: 3 });
const hostile = `Phòng khám "Mẫu" & <b>con</b> 'x' \\ {{1}} %3Cscript%3E  hai khoảng trắng, ừ ở`;

async function files(how) {
	const v = await Visitor.open(place, `${how.js ? "js" : "plain"}-${how.width}`, how);
	let sent, draft;
	await journey(v.who, [
		["finds the procedure without diacritics and reads it", () => findAndRead(v)],
		["signs in and begins", async () => {
			await v.look("begin");
			await v.link("FILING_SIGN_IN").click();
			await v.look("sign-in");
			await v.signIn("citizen");
			await v.button("FILING_BEGIN").click();
			await tasks(v);
			draft = v.path;
			await v.look("tasks");
		}],
		["says who files; a wrong number is told at its field", async () => {
			await v.link("FILING_WHO").click();
			await v.look("who");
			await v.field("FILING_PHONE").fill("0912 34");
			await v.field("FILING_ADDRESS").fill(hostile);
			v.expect("422");
			await v.button("DO_CONTINUE").click();
			await errorsAt(v, "phone");
			await shown(v, { phone: "0912 34", address: hostile });
			await v.look("who-wrong");
			await v.field("FILING_PHONE").fill("0912345678");
			await v.field("FILING_OUT_ONLINE").check();
			await v.button("DO_CONTINUE").click();
			await v.at(/\/muc\/0$/);
		}],
		["an error at its field; what was typed comes back byte for byte", async () => {
			await v.look("question");
			await fill(v, { ...pages[0], ten_to_chuc: hostile, dia_chi: "", email: "khong phai thu" });
			await v.button("DO_CONTINUE").click();
			await errorsAt(v, "dia_chi", "email");
			await shown(v, { ten_to_chuc: hostile, dia_chi: "", email: "khong phai thu" });
			await v.look("question-wrong");
			await fill(v, { dia_chi: pages[0].dia_chi, email: pages[0].email });
			await v.button("DO_CONTINUE").click();
			await v.at(/\/muc\/1$/);
		}],
		["leaves in the middle and goes on elsewhere", async () => {
			await fill(v, { ho_ten: pages[1].ho_ten, ngay_sinh: "31/2/1988" });
			if (v.js) await v.page.getByText("Đã lưu", { exact: true }).waitFor();
			else await v.button("FILING_LATER").click();
			await v.context.clearCookies();
			await v.go("/ho-so-cua-toi");
			await v.signIn("citizen");
			await v.go("/ho-so-cua-toi");
			await v.look("drafts");
			await v.main.locator(`a[href="${draft}"]`).click();
			await v.main.locator('a[href$="/muc/1"]').click();
			await shown(v, { ho_ten: pages[1].ho_ten, ngay_sinh: "31/2/1988" });
		}],
		["a date that does not exist is told; the rest of the questions", async () => {
			await fill(v, { ...pages[1], ngay_sinh: "31/2/1988" });
			await v.button("DO_CONTINUE").click();
			await errorsAt(v, "ngay_sinh");
			for (let i = 1; i < pages.length; i++) {
				await v.at(new RegExp(`/muc/${i}$`));
				await fill(v, pages[i]);
				await v.look(`question-${i}`);
				await v.button("DO_CONTINUE").click();
			}
			await tasks(v);
		}],
		["sees what is missing before sending", async () => {
			await v.link("FILING_CHECK").click();
			await v.main.getByText(word("FILING_MISSING"), { exact: true }).waitFor();
			equal(await v.button("FILING_SEND").count(), 0, "no button to send");
			await v.look("missing");
			await v.link("FILING_TASKS").click();
			await tasks(v);
		}],
		["a file that is none of its kind is refused", async () => {
			await v.main.locator('a[href$="/tep/0"]').click();
			await v.look("file");
			await v.field("FILING_FILE").setInputFiles({ name: "don.pdf", mimeType: "application/pdf", buffer: Buffer.from("MZ\0\0 this is a program") });
			await v.button("FILING_UPLOAD").click();
			await v.main.getByText(pattern("FIELD_FILE_LIES")).first().waitFor();
			await v.look("file-wrong");
			await v.link("FILING_BACK_TO_TASKS").click();
		}],
		["attaches; a large file goes on after a cut", async () => {
			if (v.js) await cutOnce(v);
			await attach(v, 0, "don-de-nghi.pdf", pdf("Don de nghi", 2500000));
			await v.look("file-kept");
			await backToTasks(v);
			for (const i of [1, 2, 3, 4]) {
				await attach(v, i, `giay-to-${i}.pdf`);
				await backToTasks(v);
			}
			await v.look("tasks-done");
		}],
		["checks the answers and changes one", async () => {
			await v.link("FILING_CHECK").click();
			await v.heading("FILING_CHECK");
			await v.main.getByText(hostile.replace(/ {2}/, " ")).first().waitFor();
			await v.look("check");
			await v.main.locator('a[href*="/muc/5#"]').first().click();
			await fill(v, { ten_tb: "Máy X-quang chụp răng" });
			await v.button("DO_CONTINUE").click();
			await tasks(v);
			await v.link("FILING_CHECK").click();
			await v.main.getByText("Máy X-quang chụp răng", { exact: true }).waitFor();
		}],
		["sends and gets code and secret", async () => {
			sent = await send(v);
			await v.look("sent");
		}],
		["sees the dossier, and its list", async () => {
			await v.link("FILING_SEE").click();
			await v.heading("FILING_STATE_RECEIVED");
			await v.main.getByText(word("FILING_DOSSIER", sent.code)).waitFor();
			await v.look("mine");
			await v.go("/ho-so-cua-toi");
			await v.main.getByText(sent.code).waitFor();
			equal(await v.main.locator(`a[href="${draft}"]`).count(), 0, "the draft is gone");
			await v.look("list");
		}],
		...(how.width > 600 ? [] : [["corrects an answer and a paper before the counter has it", async () => {
			await v.go(`/ho-so/${sent.code}`);
			await v.button("FILING_CORRECT").click();
			await v.heading("FILING_TITLE_SUPPLEMENT");
			await v.look("corrects");
			await v.main.locator('a[href$="/muc/0"]').click();
			await shown(v, { ten_to_chuc: hostile });
			await fill(v, { dien_thoai: "0987654321" });
			await v.button("DO_CONTINUE").click();
			await v.at(/\/muc\/1$/);
			await v.link("FILING_TASKS").click();
			await tasks(v);
			await attach(v, 4, "giay-to-da-sua.pdf");
			await backToTasks(v);
			await v.link("FILING_CHECK").click();
			await v.button("FILING_SEND").click();
			await v.at(/^\/ho-so\//);
			for (const part of ["FILING_EVENT_CORRECT", "FILING_STATE_RECEIVED"]) await v.main.getByText(word(part)).first().waitFor();
			truth((await v.main.innerText()).includes("giay-to-da-sua.pdf"), "with the new paper");
			await v.look("corrected");
		}]]),
		["a stranger looks it up by code, then by code and secret", async () => {
			await v.context.clearCookies();
			await v.go("/tra-cuu");
			await v.field("TRACK_CODE").fill(sent.code.toLowerCase());
			await v.button("TRACK_DO").click();
			await v.main.getByText(word("FILING_STATE_RECEIVED")).first().waitFor();
			truth(!(await v.main.innerText()).includes("don-de-nghi.pdf"), "the code alone shows no files");
			await v.look("by-code");
			await v.field("TRACK_SECRET").fill(sent.shown.toLowerCase());
			await v.main.getByRole("button").first().click();
			await v.main.getByText("don-de-nghi.pdf").first().waitFor();
			await v.look("by-secret");
		}],
		...(how.width > 600 ? [] : [["withdraws it", async () => {
			await v.signIn("citizen");
			await v.go(`/ho-so/${sent.code}`);
			await v.main.locator("summary", { hasText: word("FILING_WITHDRAW") }).click();
			await v.look("withdraws");
			await v.button("FILING_WITHDRAW").click();
			await v.heading("FILING_STATE_WITHDRAWN");
			equal(await v.button("FILING_CORRECT").count(), 0, "nothing to correct any longer");
			await v.look("withdrawn");
		}]]),
	], () => [v]);
	await v.close();
}

// The connection is cut in the second piece; the page asks how far it came and goes on.
async function cutOnce(v) {
	let pieces = 0;
	v.expect("ERR_CONNECTION_RESET");
	await v.page.route("**/tai-len/*", (route) => (route.request().method() === "PATCH" && ++pieces === 2 ? route.abort("connectionreset") : route.continue()));
}

for (const width of [320, 1280]) await files({ width, js: option !== "plain" });
await journey("the program", [["stops in good order", place.stop]]);
await end();
