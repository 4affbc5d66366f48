// One dossier in the browser, by everybody whose task it is: filed, accepted, assigned, supplemented, paid, proposed, reviewed, signed,
// issued, handed over, downloaded, checked. The citizen has a phone and no scripts. With the option `pg` on PostgreSQL.
// F-014: the citizen gets the signed and sealed result; code and secret lead anyone who has them to the same file.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Visitor, demonstration, end, equal, journey, option, run, truth, until, word } from "./lib.mjs";
import { attach, backToTasks, fill, findAndRead, question, send, who } from "./citizen.mjs";
import { act, openRecord, signed } from "./officials.mjs";
import { pages, pdf } from "./xray.mjs";

const place = await demonstration(option === "pg" ? { engine: "pg", brief: true } : {});
const people = {};
const mine = {};
const roles = ["counter", "head", "specialist", "director", "clerk"];

async function record(role) {
	await openRecord(people[role], mine.code);
}

function pdfsig(file) {
	return new Promise((done) => execFile("pdfsig", [file], (error, out) => done([...out.matchAll(/Signature Validation: (.*)/g)].map((m) => m[1]))));
}

const steps = [
	["everybody comes", async () => {
		people.citizen = await Visitor.open(place, "citizen", { width: 320, js: false });
		for (const role of roles) people[role] = await Visitor.open(place, role);
		for (const role of roles) {
			await people[role].signIn(role);
			await people[role].look("begins");
		}
	}],
	["the citizen files on a phone without scripts", async () => {
		const v = people.citizen;
		await findAndRead(v);
		await v.link("FILING_SIGN_IN").click();
		await v.signIn("citizen");
		await v.button("FILING_BEGIN").click();
		await who(v);
		for (let i = 0; i < pages.length; i++) await question(v, i);
		for (let i = 0; i < 5; i++) {
			await attach(v, i, `giay-to-${i}.pdf`);
			await backToTasks(v);
		}
		await v.link("FILING_CHECK").click();
		Object.assign(mine, await send(v));
		await v.look("sent");
	}],
	["the counter accepts", async () => {
		await record("counter");
		await people.counter.look("received");
		await act(people.counter, "ACCEPT");
		await people.counter.look("accepted");
	}],
	["the counter sees how the files look, as pictures", async () => {
		const v = people.counter;
		const picture = v.main.locator("img.preview").first();
		await until("a preview", 240, async () => (await record("counter"), await picture.count()));
		await picture.locator("xpath=ancestor::details/summary").click();
		await until("the picture", 240, () => picture.evaluate((i) => i.complete && i.naturalWidth > 0));
		equal(await v.page.locator("iframe").count(), 0, "frames with a stranger's file");
		await v.look("previews");
		await people.citizen.go(`/ho-so/${mine.code}`);
		truth(await people.citizen.main.locator("img.preview").count(), "the owner sees them too");
		await people.citizen.look("previews");
	}],
	["the head assigns", async () => {
		await record("head");
		await act(people.head, "ASSIGN", { DESK_F_TO: /Thụ Lý/ }, "assign");
		await people.head.look("assigned");
	}],
	["the specialist asks for a supplement", async () => {
		await record("specialist");
		await people.specialist.look("examines");
		await act(people.specialist, "ASK_SUPPLEMENT", { DESK_F_REASON: "Thiếu trang 2 của phiếu khai báo thiết bị." }, "asks");
		await people.specialist.look("asked");
	}],
	["the citizen reads why and supplements", async () => {
		const v = people.citizen;
		await v.go(`/ho-so/${mine.code}`);
		await v.heading("FILING_STATE_SUPPLEMENT");
		await v.main.getByText("Thiếu trang 2 của phiếu khai báo thiết bị.").first().waitFor();
		await v.look("asked");
		await v.button("FILING_SUPPLEMENT").click();
		await v.heading("FILING_TITLE_SUPPLEMENT");
		await v.look("supplements");
		await attach(v, 3, "phieu-khai-bao-trang-2.pdf");
		await backToTasks(v);
		await v.link("FILING_CHECK").click();
		await v.button("FILING_SEND").click();
		await v.at(/^\/ho-so\//);
		await v.heading("FILING_STATE_PROCESSING");
		await v.look("supplemented");
	}],
	["the specialist demands the fee", async () => {
		await record("specialist");
		const v = people.specialist;
		await v.link("DESK_ACT_DEMAND_FEE").click();
		await v.heading("DESK_ACT_DEMAND_FEE");
		const machines = v.main.locator('[name="sl.f1"]');
		equal(await machines.inputValue(), "1", "the sheet declares one machine");
		await v.look("demands");
		await machines.fill("2");
		await v.button("DESK_FEE_COUNT").click();
		await v.main.getByText(word("FILING_FEE_TOTAL", "4.000.000 đồng")).waitFor();
		await machines.fill("1");
		await v.button("DESK_FEE_GO").click(); // the sum changed unseen: shown, not sent
		await v.main.getByText(word("DESK_FEE_CHANGED")).waitFor();
		await v.look("counted");
		await v.main.getByText(word("FILING_FEE_TOTAL", "2.000.000 đồng")).waitFor();
		await v.button("DESK_FEE_GO").click();
		await v.main.getByText(word("DESK_DONE_ACT", word("DESK_ACT_DEMAND_FEE"))).waitFor();
		await v.look("demanded");
	}],
	["the citizen sees what is to be paid", async () => {
		const v = people.citizen;
		await v.go(`/ho-so/${mine.code}`);
		await v.heading("FILING_STATE_FEE");
		await v.link("FILING_PAY").click();
		await v.main.getByText("2.000.000 đồng").first().waitFor();
		await v.look("fee");
	}],
	["the counter takes the money", async () => {
		await record("counter");
		await act(people.counter, "CONFIRM_PAID", { DESK_F_METHOD: word("DESK_METHOD_CASH"), DESK_F_RECEIVED: "2.000.000" }, "takes");
		await people.counter.look("paid");
	}],
	["the specialist proposes", async () => {
		const v = people.specialist;
		await record("specialist");
		await act(v, "FINISH");
		await v.link("DESK_ACT_SUBMIT").click();
		await v.heading("DESK_ACT_SUBMIT");
		await v.look("proposes");
		await v.field("DESK_F_OPINION_TEXT").fill("Hồ sơ đủ điều kiện. Đề nghị cấp giấy phép thời hạn 3 năm.");
		await v.button("DESK_ACT_SUBMIT").click();
		await v.main.getByText(word("DESK_DONE_ACT", word("DESK_ACT_SUBMIT"))).waitFor();
		await v.look("proposed");
	}],
	["the head reviews", async () => {
		await record("head");
		await people.head.look("reviews");
		await act(people.head, "APPROVE");
	}],
	["the director signs", async () => {
		await record("director");
		await people.director.look("decides");
		await act(people.director, "APPROVE");
		await people.director.look("signed");
	}],
	["the clerk issues", async () => {
		await until("a signed draft at the clerk", 240, async () => {
			await record("clerk");
			return signed(people.clerk).isVisible();
		});
		await people.clerk.look("to-issue");
		await act(people.clerk, "ISSUE");
	}],
	["the counter hands over", async () => {
		await record("counter");
		await act(people.counter, "HAND_OVER", { DESK_F_COLLECTOR: "Nguyễn Thị Mẫu Công Dân", DESK_F_SEEN: true }, "hands-over");
		await people.counter.look("returned");
	}],
	["the citizen downloads what is signed and sealed", async () => {
		const v = people.citizen;
		await until("the sealed result", 240, async () => {
			await v.go(`/ho-so/${mine.code}`);
			return v.link("FILING_GET_RESULT").isVisible();
		});
		await v.heading("FILING_STATE_RETURNED");
		await v.look("result");
		mine.file = await download(v, v.link("FILING_GET_RESULT"), "result.pdf");
		equal(await pdfsig(mine.file), ["Signature is Valid.", "Signature is Valid."], "pdfsig");
	}],
	["the page that verifies knows the file, and not one with another byte", async () => {
		const v = await Visitor.open(place, "verifier", { width: 320 });
		const bring = async (file) => {
			await v.go("/kiem-tra");
			await v.field("PROOF_FILE").setInputFiles(file);
			await v.main.locator("button[type=submit]").click();
			await v.heading("PROOF_RESULT_PDF");
			return v.main.innerText();
		};
		const text = await bring(mine.file);
		truth(text.includes(word("PROOF_OURS")) && text.includes(mine.code), text);
		equal(await v.main.getByText(word("PROOF_GOOD"), { exact: true }).count(), 2, "signatures called valid");
		await v.look("ours");
		const bytes = Buffer.from(readFileSync(mine.file));
		bytes[bytes.indexOf("%PDF-1.") + 7] ^= 1;
		const changed = { name: "sua.pdf", mimeType: "application/pdf", buffer: bytes };
		truth((await bring(changed)).includes(word("PROOF_FIND_DIGEST")), "a changed byte is named");
		await v.look("changed");
		await v.close();
	}],
	["the look-up shows the same file to who has code and secret, and the check calls it good", async () => {
		const v = await Visitor.open(place, "stranger", { width: 320, js: false });
		await v.go(`/tra-cuu/${mine.code}`);
		await v.heading("FILING_STATE_RETURNED");
		await v.look("by-code");
		await v.go(`/tra-cuu/${mine.code}?s=${mine.secret}`);
		await v.look("by-secret");
		const result = v.main.getByRole("listitem").filter({ hasText: word("FILING_KIND_RESULT"), hasNotText: word("FILING_KIND_PAPER") }).getByRole("link").first();
		const again = await download(v, result, "again.pdf");
		equal(hash(again), hash(mine.file), "the same bytes");
		await v.go("/kiem-tra");
		await v.field("PROOF_FILE").setInputFiles(mine.file);
		await v.main.locator("button[type=submit]").click();
		await v.main.getByText(word("PROOF_OURS")).first().waitFor();
		truth((await v.main.innerText()).includes(mine.code), "the check names the dossier");
		await v.look("checked");
		await v.close();
	}],
	["the citizen rates the service", async () => {
		const v = people.citizen;
		await v.field("FILING_SCORE_5").check();
		await v.field("FILING_RATE_WORDS").fill("Nhanh, rõ ràng.");
		await v.button("FILING_RATE_SEND").click();
		await v.main.getByText(word("FILING_EVENT_RATE")).first().waitFor();
		await v.look("rated");
	}],
	["the record verifies while the program serves, and after", async () => {
		await verified();
		await place.stop();
		await verified();
	}],
];

const hash = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");

async function download(v, link, name) {
	const [got] = await Promise.all([v.page.waitForEvent("download"), link.click()]);
	const file = join(place.root, name);
	await got.saveAs(file);
	return file;
}

async function verified() {
	const done = await run("verify", ...place.at, "--json");
	const report = JSON.parse(done.out);
	equal([done.code, report.ok, report.first_fault], [0, true, null], done.err);
	truth(report.entries > 20, `${report.entries} entries`);
}

await journey(`the whole way${option && `, ${option}`}`, steps, () => Object.values(people));
await end();
