// Every kind of page in the states it must have: empty, one, many, with errors, in the dark, printed, at 200 % and at three widths.
// Nothing scrolls sideways and axe finds nothing in any of them. With the option `write` (make gallery) the sheets of pictures go to docs/gallery/ and
// docs/gallery.md is made anew; without it that page must name exactly these sheets.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Visitor, demonstration, end, equal, journey, option, source, truth, word } from "./lib.mjs";
import { fill, send, attach, backToTasks, who } from "./citizen.mjs";
import { pages, pdf, procedure } from "./xray.mjs";
import { TALLEST, sheet } from "./sheet.mjs";

const MANY = option === "write" ? 10000 : 1200; // more than the 1,000 that lists count
const kinds = ["front", "catalogue", "procedure", "sign-in", "questions", "tasks", "check", "confirmation", "tracking", "own", "worklist", "record", "counter", "board", "editor", "admin", "problem", "paper"];
const titles = {
	front: "Front page", catalogue: "Catalogue", procedure: "Procedure", "sign-in": "Sign-in", questions: "Page of questions", tasks: "Task list", check: "Check your answers", confirmation: "Confirmation",
	tracking: "Tracking", own: "One's own dossiers", worklist: "Work list", record: "Record", counter: "Counter", board: "Board", editor: "Editor of the catalogue", admin: "Administration", problem: "What went wrong", paper: "Paper",
};
const sheets = []; // { kind, state, path, who, file }

async function keep(kind, state, v, pictures) {
	truth(kinds.includes(kind), `no kind of page is ${kind}`);
	const file = `${kind}-${state}.webp`;
	sheets.push({ kind, state, path: v.path.replace(/[A-Z]\d\d(\.\d+)+-\d{6}-\d{4,5}/, "MÃ").replace(/\d{6,}/g, "…"), who: v.who, file });
	if (option === "write") writeFileSync(join(source, "docs/gallery", file), await sheet(v, pictures));
}

// The first pages of a PDF.
function onPaper(v, name, bytes, most, dots) {
	const base = join(v.place.root, name);
	writeFileSync(base, bytes);
	execFileSync("pdftoppm", ["-r", String(dots), "-png", "-l", String(most), base, base]);
	const pages = execFileSync("pdfinfo", [base], { encoding: "utf8" }).match(/Pages:\s+(\d+)/)[1];
	return Array.from({ length: Math.min(most, Number(pages)) }, (_, i) => ({ label: `paper, ${i + 1} of ${pages}`, png: readFileSync(`${base}-${String(i + 1).padStart(pages.length, "0")}.png`) }));
}

// The page as it stands in all its looks; `keep` makes one sheet of them.
async function show(v, kind, state) {
	const pictures = [];
	const take = async (label, width, look = {}) => {
		await v.resize(width);
		await v.page.emulateMedia({ colorScheme: "light", media: "screen", reducedMotion: "reduce", ...look });
		await v.notSideways();
		const height = Math.min(TALLEST, await v.page.evaluate(() => document.documentElement.scrollHeight));
		const path = v.nextShot(`${kind}-${state}-${label.replace(/\W+/g, "-")}`);
		pictures.push({ label, png: await v.page.screenshot({ fullPage: true, clip: { x: 0, y: 0, width, height }, path }) });
	};
	await take("320", 320);
	await take("320 dark", 320, { colorScheme: "dark" });
	await take("768", 768);
	await v.accessible();
	await take("200 %", 720); // a window of 1440 at twice the size
	await take("1440", 1440);
	await take("1440 dark", 1440, { colorScheme: "dark" });
	await v.page.emulateMedia({ colorScheme: "light", media: null, reducedMotion: "reduce" });
	await keep(kind, state, v, [...pictures, ...onPaper(v, `${kind}-${state}`, await v.page.pdf({ format: "A4", margin: { top: "15mm", bottom: "15mm", left: "15mm", right: "15mm" } }), 1, 96)]);
}

const visit = (v, kind, state, path) => [`${kind} ${state}`, async () => {
	await v.go(path);
	await show(v, kind, state);
	v.noProblems();
}];

const as = async (place, role, steps) => {
	const v = await Visitor.open(place, role, { width: 1440 });
	await journey(`${role} ${place.dossiers}`, [...(role === "stranger" ? [] : [["signs in", () => v.signIn(role)]]), ...steps(v)], [v]);
	await v.close();
};

// A paper of the program.
const printed = (v, state, path) => [`paper ${state}`, async () => {
	const answer = await v.page.request.get(new URL(await path(), v.place.url).href);
	equal(answer.status(), 200, state);
	await keep("paper", state, v, onPaper(v, state, await answer.body(), 2, 130));
}];

// ---- a place where nothing has happened yet, then one dossier ----

const small = await demonstration({ dossiers: 0 });
small.dossiers = "of none";

for (const role of ["counter", "specialist"]) await as(small, role, (v) => [visit(v, "worklist", `${role}-empty`, "/ban-lam-viec")]);
await as(small, "director", (v) => [visit(v, "board", "empty", "/bang-dieu-hanh")]);
await as(small, "citizen", (v) => [
	visit(v, "own", "empty", "/ho-so-cua-toi"),
	["begins a dossier", async () => {
		await v.go(`/nop-ho-so/${procedure}`);
		await v.button("FILING_BEGIN").click();
		await v.at(/\/nhap\/\d+$/);
		small.draft = v.path;
		await show(v, "tasks", "begun");
	}],
	["who files", () => who(v)],
	["a page of questions", () => show(v, "questions", "first")],
	["the same with errors", async () => {
		v.expect("422");
		await fill(v, { ten_to_chuc: "", dien_thoai: "", email: "khong phai thu" }); // they stand there, as the account has them
		await v.button("DO_CONTINUE").click();
		await v.page.getByRole("alert").waitFor();
		await show(v, "questions", "errors");
	}],
	["answers", async () => {
		for (let i = 0; i < pages.length; i++) {
			await v.go(`${small.draft}/muc/${i}`);
			await fill(v, pages[i]);
			await v.button("DO_CONTINUE").click();
			await v.page.waitForLoadState("load");
		}
	}],
	["the papers are named", async () => {
		await v.go(small.draft);
		await show(v, "tasks", "answered");
	}],
	["papers", async () => {
		const files = await v.main.locator('a[href*="/tep/"]').evaluateAll((all) => all.map((a) => Number(/\/tep\/(\d+)/.exec(a.href)[1])));
		for (const i of [...new Set(files)]) {
			await v.go(small.draft);
			await attach(v, i, `giay-to-${i}.pdf`, pdf(`Giay to mau ${i}`));
			await backToTasks(v);
		}
	}],
	["checks", async () => {
		await v.go(`${small.draft}/kiem-tra`);
		await show(v, "check", "whole");
	}],
	["sends", async () => {
		small.sent = await send(v);
		await show(v, "confirmation", "sent");
	}],
	visit(v, "own", "one", "/ho-so-cua-toi"),
	["tracks", async () => {
		await v.go(`/ho-so/${small.sent.code}`);
		await show(v, "tracking", "own");
	}],
	printed(v, "form", async () => (await v.main.locator('a[href*="/don/"]').first().getAttribute("href"))),
]);
await as(small, "counter", (v) => [visit(v, "worklist", "one", "/ban-lam-viec")]);
await journey("the small place", [["stops in good order", small.stop]]);

// ---- a place with more than a list shows ----

const large = await demonstration({ dossiers: MANY });
large.dossiers = "of many";

await as(large, "stranger", (v) => [
	visit(v, "front", "usual", "/"),
	visit(v, "catalogue", "all", "/dich-vu-cong"),
	visit(v, "catalogue", "found", "/dich-vu-cong?q=may%20chup%20x%20quang"),
	visit(v, "catalogue", "nothing", "/dich-vu-cong?q=zzzzzz"),
	visit(v, "procedure", "usual", `/dich-vu-cong/${procedure}`),
	visit(v, "sign-in", "usual", "/dang-nhap"),
	visit(v, "tracking", "ask", "/tra-cuu"),
	visit(v, "board", "public", "/so-lieu"),
	["no such page", async () => {
		v.expect("404");
		await v.go("/khong-co-trang-nay");
		await show(v, "problem", "no-page");
	}],
]);
await as(large, "citizen", (v) => [visit(v, "own", "many", "/ho-so-cua-toi"), ["no permission", async () => {
	v.expect("403");
	await v.go("/quan-tri/viec-nen");
	await show(v, "problem", "not-yours");
}]]);
await as(large, "counter", (v) => [visit(v, "worklist", "many", "/ban-lam-viec?xem=co-quan"), visit(v, "counter", "begin", "/quay"), visit(v, "counter", "filing", `/quay/nop/${procedure}`),
	visit(v, "worklist", "register", "/ban-lam-viec/so-theo-doi")]);
await as(large, "specialist", (v) => [
	["a search that finds nothing", async () => {
		await v.go("/ban-lam-viec");
		await v.page.getByRole("searchbox").first().fill("zzzzzz");
		await v.press("Enter");
		await v.heading("DESK_FOUND");
		await show(v, "worklist", "nothing-found");
	}],
	visit(v, "worklist", "many-mine", "/ban-lam-viec?xem=cua-toi"),
	["a record", async () => {
		await v.go("/ban-lam-viec?xem=cua-toi");
		await v.main.getByRole("table").getByRole("link").first().click();
		await v.at(/\/ho-so\//);
		await show(v, "record", "specialist");
	}],
	printed(v, "receipt", () => v.main.locator('a[href*="/giay/"]').first().getAttribute("href")),
	printed(v, "control-slip", () => v.main.locator('a[href$="/phieu-kiem-soat.pdf"]').first().getAttribute("href")),
	visit(v, "editor", "procedures", "/quan-tri/thu-tuc"),
	visit(v, "editor", "proposals", "/quan-tri/thu-tuc/de-xuat"),
	visit(v, "editor", "gaps", "/quan-tri/thu-tuc/day-du"),
]);
await as(large, "director", (v) => [["a record to decide", async () => {
	await v.go("/ban-lam-viec?xem=cua-toi");
	await v.main.getByRole("table").getByRole("link").first().click();
	await v.at(/\/ho-so\//);
	await show(v, "record", "director");
}], printed(v, "draft-result", () => v.main.locator('a[href$="/du-thao.pdf"]').first().getAttribute("href")),
	visit(v, "board", "leaders", "/bang-dieu-hanh"), visit(v, "board", "indices", "/bang-dieu-hanh/chi-so"), visit(v, "board", "report", "/bang-dieu-hanh/bieu-ii-06a")]);
await as(large, "admin", (v) => [visit(v, "admin", "accounts", "/quan-tri/tai-khoan"), visit(v, "admin", "units", "/quan-tri/to-chuc"), visit(v, "admin", "jobs", "/quan-tri/viec-nen")]);
await journey("the large place", [["stops in good order", large.stop]]);

// ---- the page of pictures ----

function gallery() {
	const part = (kind) => sheets.filter((s) => s.kind === kind).map((s) => `### ${titles[kind]}: ${s.state}\n\n\`${s.path}\`, ${s.who}\n\n![${titles[kind]}, ${s.state}](gallery/${s.file})\n`).join("\n");
	return `# Gallery\n\nMade by \`make gallery\` (tests/browser/gallery_test.mjs) from the demonstration, ${MANY.toLocaleString("en")} sample dossiers where it says many. Each sheet: 320 pixels light and dark, 768, a window of 1440 at\n200 %, 1440 light and dark, printed. Nothing on it is a real person's.\n\n${kinds.map(part).filter(Boolean).join("\n")}`;
}

await journey("docs/gallery.md", [["names every sheet", () => {
	const page = join(source, "docs/gallery.md");
	if (option === "write") writeFileSync(page, gallery());
	const named = [...readFileSync(page, "utf8").matchAll(/\]\(gallery\/([^)]+)\)/g)].map((m) => m[1]).sort();
	equal(named, sheets.map((s) => s.file).sort(), "sheets (make gallery writes it)");
}]]);
await end();
