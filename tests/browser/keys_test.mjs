// The whole way by key presses alone: Tab, Shift, Enter, Space, arrows, letters and the keys of the work list, for everybody whose task it is.
// Wherever the focus goes it can be seen, in the order of the page. At 320 pixels, the citizen without scripts; then the first pages
// at 1280 with them.
import { Visitor, demonstration, end, equal, journey, truth, until, word } from "./lib.mjs";
import { act, answers, chooseFile, follow, signIn, tabRound, tabTo, type } from "./keys.mjs";
import { signed } from "./officials.mjs";
import { pages, pdf, procedure } from "./xray.mjs";

const place = await demonstration({ brief: true });
const officials = ["counter", "head", "specialist", "director", "clerk"];
const people = {};
const button = (key) => `main button:has-text("${word(key)}")`;
const link = (key) => `main a:has-text("${word(key)}")`;

// ---- the citizen ----

async function attach(v, i, name = `giay-to-${i}.pdf`) {
	await follow(v, `a[href$="/tep/${i}"]`, /\/tep\/\d+$/);
	await tabTo(v, "input[type=file]");
	await chooseFile(v, { name, mimeType: "application/pdf", buffer: pdf(name) });
	await follow(v, button("FILING_UPLOAD"));
	await v.main.getByText(name, { exact: true }).waitFor();
	await follow(v, link("FILING_BACK_TO_TASKS"), /\/nhap\/\d+$/);
}

// A page is sent without the name that stood there; the summary of errors leads to the field. Where scripts run it has the focus.
async function sendsNothing(v) {
	v.expect("422");
	await tabTo(v, '[name="ten_to_chuc"]');
	await v.press("Control+A");
	await v.press("Backspace");
	await follow(v, button("DO_CONTINUE"));
	await v.page.getByRole("alert").waitFor();
	if (v.js) equal(await v.page.evaluate(() => document.activeElement.id), "errors", "the focus");
	await follow(v, "#errors a");
	equal(await v.page.evaluate(() => document.activeElement.getAttribute("name")), "ten_to_chuc", "the focus");
	await type(v, pages[0].ten_to_chuc);
}

const rest = ([, ...others]) => Object.fromEntries(others);

const filing = (v, mine) => [
	["finds the procedure", async () => {
		await v.go("/");
		await follow(v, ".skip");
		await tabTo(v, "main input[type=search]");
		await type(v, "cap phep may chup x quang");
		await v.press("Enter");
		await v.at(/^\/dich-vu-cong$/);
		await follow(v, `main a[href="/dich-vu-cong/${procedure}"]`, new RegExp(procedure));
		await follow(v, `a[href="/nop-ho-so/${procedure}"]`, /^\/nop-ho-so/);
	}],
	["signs in and begins", async () => {
		await follow(v, 'main a[href^="/dang-nhap"]', /^\/dang-nhap$/);
		await signIn(v, "citizen");
		await follow(v, button("FILING_BEGIN"), /\/nhap\/\d+$/);
	}],
	["says who files", async () => {
		await follow(v, 'a[href$="/nguoi-nop"]', /\/nguoi-nop$/);
		await answers(v, { address: "12 phố Mẫu, phường Mẫu", channel_out: "online" });
		await follow(v, button("DO_CONTINUE"), /\/muc\/0$/);
	}],
	["is led to the field that is missing", () => sendsNothing(v)],
	...pages.map((page, i) => [`answers page ${i + 1}`, async () => {
		await v.at(new RegExp(`/muc/${i}$`));
		await answers(v, i ? page : rest(Object.entries(page)));
		await v.look(`page-${i}`);
		await v.press("Enter"); // in a field Enter sends the page
	}]),
	["attaches", async () => {
		await v.at(/\/nhap\/\d+$/);
		for (let i = 0; i < 5; i++) await attach(v, i);
		await v.look("attached");
	}],
	["checks and sends", async () => {
		await follow(v, 'a[href$="/kiem-tra"]', /\/kiem-tra$/);
		await follow(v, button("FILING_SEND"));
		await v.heading("FILING_SENT");
		mine.code = await v.main.getByText(/^[A-Z]\d\d(\.\d+)+-\d{6}-\d{4,5}$/).first().innerText();
		await v.look("sent");
		await follow(v, `a[href="/ho-so/${mine.code}"]`);
		await v.heading("FILING_STATE_RECEIVED");
		truth((await v.main.innerText()).includes("giay-to-4.pdf"), "with its files");
	}],
];

// ---- officials ----

// "/" and the code: the record.
async function search(v, code) {
	if (v.path !== "/ban-lam-viec") await follow(v, '.crumbs a[href="/ban-lam-viec"]', /^\/ban-lam-viec$/);
	await v.press("/");
	await type(v, code);
	await v.press("Enter");
	await v.at(new RegExp(`/${code}$`));
}

// From wherever one is to a list of the menu, which opens by a link where the window is narrow.
async function list(v, view) {
	if (v.width < 600) await follow(v, ".menu-open");
	await follow(v, `#menu a[href="/ban-lam-viec?xem=${view}"]`, /^\/ban-lam-viec$/);
	await v.main.getByRole("table").waitFor();
}

// j until the row of the code is the current one.
async function down(v, code) {
	const here = () => v.main.locator("tr.here").allInnerTexts();
	for (let i = 0; i < 20 && !(await here()).join().includes(code); i++) await v.press("j");
	truth((await here()).join().includes(code), `j leads to ${code}`);
	equal(await v.page.evaluate(() => document.activeElement.textContent), code, "the focus is in the row");
}

async function everybody(width) {
	for (const role of officials) {
		people[role] = await Visitor.open(place, role, { width });
		await signIn(people[role], role);
		await people[role].look("begins");
	}
}

async function keysAreShown(v) {
	await v.press("?");
	await v.page.getByRole("dialog").waitFor();
	await v.look("keys");
	await v.press("Escape");
	await v.page.getByRole("dialog").waitFor({ state: "hidden" });
}

// Off, no letter does anything, on this page and the next; the footer's button leads back to the switch.
async function lettersSwitchedOff(v, code) {
	const dialog = v.page.getByRole("dialog");
	await v.press("?");
	await tabTo(v, "[data-keys-on]");
	await v.press("Space");
	await v.press("Escape");
	await v.press("?");
	await v.press("/");
	equal(await dialog.count(), 0, "dialogs");
	await v.go(`/ban-lam-viec/ho-so/${code}`);
	await v.press("a");
	await v.press("Enter");
	equal(v.path, `/ban-lam-viec/ho-so/${code}`, "after a letter");
	equal(await v.main.locator("kbd:visible").count(), 0, "letters on buttons");
	await tabTo(v, "[data-keys]");
	await v.press("Enter");
	await tabTo(v, "[data-keys-on]");
	await v.press("Space");
	await v.press("Escape");
}

// The letter leads to the button and does nothing; Enter does it.
async function byLetter(v, letter, action) {
	const before = v.page.url();
	await v.press(letter);
	truth((await v.page.evaluate(() => document.activeElement.form?.action ?? "")).endsWith(`/${action.toLowerCase()}`), `${letter} leads to ${action}`);
	equal(v.page.url(), before, "after the letter");
	await v.press("Enter");
	await v.main.getByText(word("DESK_DONE_ACT", word(`DESK_ACT_${action}`))).waitFor();
}

// Chosen with x among the rows, given to the specialist from the bar below them.
async function assignsInBulk(v, code) {
	await list(v, "cho-nhan");
	await v.press("j");
	await v.press("j");
	await v.press("k");
	equal(await v.main.locator("tr.here").count(), 1, "current rows");
	await down(v, code);
	await v.press("x");
	equal(await v.main.locator("[data-picked] b").innerText(), "1", "chosen");
	equal(await v.main.locator('.bulk button:visible').evaluateAll((all) => all.map((b) => `${b.value} ${b.querySelector("[data-rows]").textContent}`)), ["assign 1", "reassign 1", "transfer 1"], "what may be done with it");
	await v.look("chosen");
	await follow(v, '.bulk button[value="assign"]');
	await v.heading("DESK_ACT_ASSIGN");
	truth((await v.main.innerText()).includes(code), "says which ones");
	equal(await v.page.getByRole("alert").count(), 0, "errors");
	await v.look("to-whom");
	await answers(v, { to: "Thụ Lý" });
	await follow(v, button("DESK_ACT_ASSIGN"));
	await v.main.getByText(code).waitFor();
	await v.look("assigned");
}

const settling = (c, mine) => [
	["officials sign in with both factors", () => everybody(320)],
	["the counter sees the keys, finds the dossier and accepts it with a letter", async () => {
		const v = people.counter;
		await keysAreShown(v);
		await lettersSwitchedOff(v, mine.code);
		await search(v, mine.code);
		await tabRound(v);
		await byLetter(v, "a", "ACCEPT");
		await v.look("accepted");
	}],
	["the head assigns from the list", () => assignsInBulk(people.head, mine.code)],
	["the specialist opens it from the list and asks for a supplement", async () => {
		const v = people.specialist;
		await list(v, "cua-toi");
		await down(v, mine.code);
		await v.press("Enter");
		await v.at(new RegExp(`/${mine.code}$`));
		await tabRound(v);
		await act(v, "ASK_SUPPLEMENT", { reason: "Thiếu trang 2 của phiếu khai báo thiết bị." });
		await v.look("asked");
	}],
	["the citizen supplements", async () => {
		await c.go(`/ho-so/${mine.code}`);
		await c.heading("FILING_STATE_SUPPLEMENT");
		await follow(c, button("FILING_SUPPLEMENT"));
		await c.heading("FILING_TITLE_SUPPLEMENT");
		await attach(c, 3, "phieu-khai-bao-trang-2.pdf");
		await follow(c, 'a[href$="/kiem-tra"]', /\/kiem-tra$/);
		await follow(c, button("FILING_SEND"), /^\/ho-so\//);
		await c.heading("FILING_STATE_PROCESSING");
		await c.look("supplemented");
	}],
	["the specialist demands the fee", async () => {
		const v = people.specialist;
		await search(v, mine.code);
		await follow(v, link("DESK_ACT_DEMAND_FEE"), /\/thu-phi$/);
		await v.main.getByText(word("FILING_FEE_TOTAL", "2.000.000 đồng")).waitFor();
		await v.look("demands");
		await follow(v, button("DESK_FEE_GO"));
		await v.main.getByText(word("DESK_DONE_ACT", word("DESK_ACT_DEMAND_FEE"))).waitFor();
		await v.look("demanded");
	}],
	["the citizen sees what is to be paid", async () => {
		await c.go(`/ho-so/${mine.code}`);
		await follow(c, link("FILING_PAY"), /\/phi$/);
		await c.main.getByText("2.000.000 đồng").first().waitFor();
		await tabRound(c);
	}],
	["the counter takes the money", async () => {
		await search(people.counter, mine.code);
		await act(people.counter, "CONFIRM_PAID", { amount: "2.000.000", method: "cash" });
		await people.counter.look("paid");
	}],
	["the specialist proposes", async () => {
		const v = people.specialist;
		await search(v, mine.code);
		await act(v, "FINISH");
		await follow(v, link("DESK_ACT_SUBMIT"), /\/de-xuat$/);
		await answers(v, { text: "Hồ sơ đủ điều kiện. Đề nghị cấp giấy phép thời hạn 3 năm." });
		await v.look("proposes");
		await follow(v, button("DESK_ACT_SUBMIT"));
		await v.main.getByText(word("DESK_DONE_ACT", word("DESK_ACT_SUBMIT"))).waitFor();
		await v.look("proposed");
	}],
	["the head reviews, the director signs, with a letter", async () => {
		for (const v of [people.head, people.director]) {
			await search(v, mine.code);
			await tabRound(v);
			await v.look("decides");
			await byLetter(v, "d", "APPROVE");
		}
	}],
	["the clerk issues", async () => {
		const v = people.clerk;
		await until("a signed draft at the clerk", 240, async () => {
			await search(v, mine.code);
			return signed(v).isVisible();
		});
		await act(v, "ISSUE");
	}],
	["the counter hands over", async () => {
		await search(people.counter, mine.code);
		await act(people.counter, "HAND_OVER", { collector: "Nguyễn Thị Mẫu Công Dân", receipt_seen: true });
		await people.counter.look("returned");
	}],
	["the citizen downloads the result and rates the service", async () => {
		await until("the sealed result", 240, async () => {
			await c.go(`/ho-so/${mine.code}`);
			return c.link("FILING_GET_RESULT").isVisible();
		});
		const [got] = await Promise.all([c.page.waitForEvent("download"), follow(c, link("FILING_GET_RESULT"))]);
		truth(await got.path(), "a file");
		await answers(c, { score: "5", reason: "Nhanh, rõ ràng." });
		await follow(c, button("FILING_RATE_SEND"));
		await c.main.getByText(word("FILING_EVENT_RATE")).first().waitFor();
		await c.look("rated");
	}],
];

// ---- who goes how far ----

async function wholeWay() {
	const c = await Visitor.open(place, "citizen-320", { width: 320, js: false }), mine = {};
	await journey("the whole way by keys", [...filing(c, mine), ...settling(c, mine)], () => [c, ...Object.values(people)]);
	await c.close();
}

// With scripts on a wide window: as far as the first file. Officials: every stop of a list and of a record.
async function wide() {
	const c = await Visitor.open(place, "citizen-1280"), steps = filing(c, {});
	const seen = ["counter", "head", "director"].map((role) => [`a list and a record, as ${role}`, async () => {
		const v = people[role];
		await v.resize(1280);
		await list(v, "co-quan");
		await tabRound(v);
		await v.press("j");
		await v.press("Enter");
		await v.at(/\/ho-so\//);
		await tabRound(v);
		await v.look("record-1280");
	}]);
	await journey("the same pages, wide", [
		...steps.slice(0, 5),
		["attaches", async () => {
			await c.at(/\/muc\/1$/);
			await follow(c, link("FILING_TASKS"), /\/nhap\/\d+$/);
			await attach(c, 0);
		}],
		...seen,
	], () => [c, ...Object.values(people)]);
	await c.close();
}

await wholeWay();
await wide();
await journey("the program", [["stops in good order", place.stop]]);
await end();
