// Pages by address: what anybody may see, and what each role sees first.
// F-158: axe finds nothing serious, and nothing is wider than the window, at 1280 and at 320 points.
import { Visitor, demonstration, end, journey } from "./lib.mjs";

const open = ["/", "/dich-vu-cong", "/dich-vu-cong?q=may%20chup%20x%20quang", "/dich-vu-cong/bx-cap-phep-xquang", "/niem-yet", "/can-bo", "/huong-dan", "/tra-cuu", "/kiem-tra",
	"/nop-ho-so/bx-cap-phep-xquang", "/dang-nhap", "/dang-ky", "/quen-mat-khau"];
const inside = {
	citizen: ["/ho-so-cua-toi", "/tai-khoan", "/tai-khoan/mat-khau", "/tai-khoan/ma-xac-thuc"],
	counter: ["/ban-lam-viec", "/quay", "/quay/nop", "/quay/nop/bx-cap-phep-xquang"],
	specialist: ["/ban-lam-viec", "/quan-tri/thu-tuc", "/quan-tri/thu-tuc/day-du", "/quan-tri/thu-tuc/de-xuat", "/quan-tri/thu-tuc/nhap"],
	head: ["/ban-lam-viec"],
	director: ["/ban-lam-viec"],
	clerk: ["/ban-lam-viec"],
	inspector: ["/ban-lam-viec"],
	admin: ["/quan-tri/tai-khoan", "/quan-tri/tai-khoan/moi", "/quan-tri/to-chuc", "/quan-tri/viec-nen", "/quan-tri/xoa-ho-so"],
};

const place = await demonstration({ dossiers: 40 });
const label = (path) => path.replace(/[^a-z0-9-]+/g, "_").replace(/^_/, "") || "front";

async function see(role, paths) {
	const v = await Visitor.open(place, role, { width: 1280, dark: true });
	const visit = (width, path) => [`${path} at ${width}`, async () => {
		await v.resize(width);
		await v.go(path);
		await v.look(`${label(path)}-${width}`);
	}];
	const signIn = role === "stranger" ? [] : [["signs in", () => v.signIn(role)]];
	const record = (width) => [`a record at ${width}`, async () => {
		await v.resize(width);
		await v.go("/ban-lam-viec?xem=co-quan");
		await v.main.getByRole("table").getByRole("link").first().click();
		await v.at(/\/ho-so\//);
		await v.look(`record-${width}`);
	}];
	const records = paths.includes("/ban-lam-viec") ? [record(1280), record(320)] : [];
	await journey(role, [...signIn, ...paths.flatMap((p) => [visit(1280, p), visit(320, p)]), ...records], () => [v]);
	await v.close();
}

await see("stranger", open);
for (const [role, paths] of Object.entries(inside)) await see(role, paths);
await journey("the program", [["stops in good order", place.stop]]);
await end();
