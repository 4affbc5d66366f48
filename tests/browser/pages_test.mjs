// Pages by address: what anybody may see, and what each role sees first.
// F-158: axe finds nothing serious, and nothing is wider than the window, at 1280 (boards: 1440) and at 320 points.
import { Visitor, demonstration, end, journey, truth, word } from "./lib.mjs";

const open = ["/", "/dich-vu-cong", "/dich-vu-cong?q=may%20chup%20x%20quang", "/dich-vu-cong/bx-cap-phep-xquang", "/niem-yet", "/can-bo", "/huong-dan", "/tra-cuu", "/kiem-tra", "/so-lieu",
	"/nop-ho-so/bx-cap-phep-xquang", "/dang-nhap", "/dang-ky", "/quen-mat-khau"];
const inside = {
	citizen: ["/ho-so-cua-toi", "/tai-khoan", "/tai-khoan/mat-khau", "/tai-khoan/ma-xac-thuc"],
	counter: ["/ban-lam-viec", "/quay", "/quay/nop", "/quay/nop/bx-cap-phep-xquang"],
	specialist: ["/ban-lam-viec", "/quan-tri/thu-tuc", "/quan-tri/thu-tuc/day-du", "/quan-tri/thu-tuc/de-xuat", "/quan-tri/thu-tuc/nhap"],
	head: ["/ban-lam-viec", "/bang-dieu-hanh"],
	director: ["/ban-lam-viec", "/bang-dieu-hanh", "/bang-dieu-hanh?xem=thu-tuc", "/bang-dieu-hanh?xem=can-bo", "/bang-dieu-hanh/ho-so?so=received", "/bang-dieu-hanh/chi-so", "/bang-dieu-hanh/bieu-ii-06a"],
	clerk: ["/ban-lam-viec", "/ban-lam-viec/so-theo-doi"],
	inspector: ["/ban-lam-viec", "/bang-dieu-hanh/ho-so?so=received"],
	centre: ["/bang-dieu-hanh", "/quan-tri/vang-mat"],
	province: ["/bang-dieu-hanh?xem=co-quan"],
	admin: ["/quan-tri/tai-khoan", "/quan-tri/tai-khoan/moi", "/quan-tri/to-chuc", "/quan-tri/viec-nen", "/quan-tri/xoa-ho-so"],
};

const lists = ["/quan-tri/tai-khoan", "/quan-tri/to-chuc", "/quan-tri/thu-tuc", "/quan-tri/vang-mat", "/bang-dieu-hanh/ho-so?so=received"];

const place = await demonstration({ dossiers: 40 });
const label = (path) => path.replace(/[^a-z0-9-]+/g, "_").replace(/^_/, "") || "front";

// On a phone a row of a list is a title and what else there is to say after each other, not a line for each cell with its heading.
async function fewLines(v, path) {
	for (const [kind, most] of [["flow", lists.includes(path) ? 140 : 170], ["compact", 170]]) {
		const high = await v.page.locator(`table.${kind} tbody tr`).evaluateAll((rows) => rows.map((r) => r.getBoundingClientRect().height).sort((x, y) => x - y));
		const usual = high[Math.floor(high.length / 2)] ?? 0;
		truth(usual < most, `${path}: a row takes ${usual} points`);
		truth(high.length || kind !== "flow" || !lists.includes(path), `${path}: no list that is made for phones`);
	}
}

async function see(role, paths) {
	const v = await Visitor.open(place, role, { width: 1280, dark: true });
	const visit = (width, path) => [`${path} at ${width}`, async () => {
		await v.resize(width);
		await v.go(path);
		if (width === 320) await fewLines(v, path);
		await v.look(`${label(path)}-${width}`);
	}];
	const wide = (p) => p.startsWith("/bang-dieu-hanh") || p === "/so-lieu" ? 1440 : 1280; // leaders' screens
	const signIn = role === "stranger" ? [] : [["signs in", () => v.signIn(role)]];
	const record = (width) => [`a record at ${width}`, async () => {
		await v.resize(width);
		await v.go("/ban-lam-viec?xem=co-quan");
		await v.main.getByRole("table").getByRole("link").first().click();
		await v.at(/\/ho-so\//);
		const acts = await v.main.getByRole("heading", { name: word("DESK_ACTIONS"), exact: true }).boundingBox();
		truth(acts.y < 500, `at ${width} what may be done stands ${acts.y} below the top`);
		place.code = v.path.split("/").pop();
		await v.look(`record-${width}`);
	}];
	// The draft stands left of the acts, however long, and the history follows the acts with no gap; the rest follows the draft.
	const decided = ["a draft to decide at 1280", async () => {
		await v.resize(1280);
		await v.go("/ban-lam-viec?xem=cua-toi");
		await v.main.getByRole("table").getByRole("link").first().click();
		await v.at(/\/ho-so\//);
		const box = async (css) => { const b = await v.main.locator(css).boundingBox(); return { top: b.y, bottom: b.y + b.height }; };
		const [draft, acts, rest, side] = await Promise.all([".lead-part", ".acts", ".main-part", ".side"].map(box));
		truth(draft.bottom > acts.bottom, `the draft, to ${draft.bottom}, is longer than the acts, to ${acts.bottom}`);
		truth(side.top - acts.bottom < 2, `${side.top - acts.bottom} between the acts and the history`);
		truth(rest.top - draft.bottom < 2, `${rest.top - draft.bottom} between the draft and the rest`);
		await v.look("decides-1280");
	}];
	const records = paths.includes("/ban-lam-viec") ? [record(1280), record(320), ...(role === "director" ? [decided] : [])] : [];
	await journey(role, [...signIn, ...paths.flatMap((p) => [visit(wide(p), p), visit(320, p)]), ...records], () => [v]);
	await v.close();
}

// On a phone, as a stranger in a hurry: how long and how much before anything else, and the code typed on the front page leads to the dossier.
async function hurried() {
	const v = await Visitor.open(place, "hurried", { width: 360 });
	const top = async (text) => (await v.main.getByText(text, { exact: true }).filter({ visible: true }).first().boundingBox()).y;
	const ask = async (code) => {
		await v.go("/");
		await v.page.locator("form[action='/tra-cuu'] input").fill(code);
		await v.press("Enter");
	};
	await journey("a stranger in a hurry", [
		["time limit and fee stand above the papers", async () => {
			await v.go("/dich-vu-cong/bx-cap-phep-xquang");
			const papers = await top(word("CATALOGUE_DOCUMENTS"));
			for (const key of ["CATALOGUE_DEADLINE", "CATALOGUE_FEES"]) truth(await top(word(key)) < papers, `${key} below the papers`);
		}],
		["a code no dossier has comes back to be corrected", async () => {
			v.expect("404");
			await ask("H99.12-000000-9999");
			await v.main.getByRole("alert").or(v.main.getByText(word("TRACK_NONE")).first()).first().waitFor();
			truth(await v.field("TRACK_CODE").inputValue() === "H99.12-000000-9999", "what was typed is kept");
			await v.look("no-such-dossier");
		}],
		["a code typed on the front page leads to its dossier", async () => {
			await ask(place.code);
			await v.at(new RegExp(`/tra-cuu/${place.code}$`));
			await v.look("tracked-from-the-front");
		}],
	], () => [v]);
	await v.close();
}

await see("stranger", open);
for (const [role, paths] of Object.entries(inside)) await see(role, paths);
await hurried();
await journey("the program", [["stops in good order", place.stop]]);
await end();
