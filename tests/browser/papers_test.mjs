// Papers to print: the citizen's filled form, the officials' register, the specialist's proposal and its draft.
import { Visitor, demonstration, end, equal, journey, truth } from "./lib.mjs";

const place = await demonstration({ dossiers: 12 });

// The bytes behind an address of the page, as the person who is signed in.
async function pdf(v, path) {
	const answer = await v.page.request.get(new URL(path, place.url).href);
	equal([answer.status(), answer.headers()["content-type"]], [200, "application/pdf"], path);
	truth((await answer.body()).subarray(0, 5).toString() === "%PDF-", `${path}: no PDF`);
}
const hrefs = (v, ending) => v.main.locator(`a[href*="${ending}"]`).evaluateAll((all) => all.map((a) => a.getAttribute("href")));

async function as(role, width, steps) {
	const v = await Visitor.open(place, role, { width });
	await journey(`${role} at ${width}`, [["signs in", () => v.signIn(role)], ...steps(v)], [v]);
	await v.close();
}

for (const width of [320, 1440]) {
	await as("citizen", width, (v) => [["prints the form that was filled", async () => {
		await v.go("/ho-so-cua-toi");
		await v.go((await hrefs(v, "/ho-so/"))[0]);
		await v.look(`own-${width}`);
		const forms = await hrefs(v, "/don/");
		truth(forms.length > 0, "no form to print");
		for (const path of forms) await pdf(v, path);
	}]]);
	await as("counter", width, (v) => [["sees the register and prints it", async () => {
		await v.go("/ban-lam-viec/so-theo-doi");
		await v.look(`register-${width}`);
		await pdf(v, (await hrefs(v, "so-theo-doi.pdf"))[0]);
	}]]);
	await as("specialist", width, (v) => [["proposes with the fields of the result", async () => {
		await v.go("/ban-lam-viec?xem=cua-toi");
		let open = null;
		for (const path of await hrefs(v, "/ban-lam-viec/ho-so/")) {
			await v.go(path);
			if ((await hrefs(v, "/de-xuat")).length) open = path;
		}
		truth(open, "no dossier waits for a proposal");
		await v.go(`${open}/de-xuat`);
		await v.look(`proposal-${width}`);
		await v.button("DESK_ACT_SUBMIT").click();
		await v.page.waitForURL(/xong=submit/);
		await v.look(`proposed-${width}`);
		await pdf(v, `${open}/du-thao.pdf`);
		await pdf(v, `${open}/phieu-kiem-soat.pdf`);
	}]]);
}
await journey("the program", [["stops in good order", place.stop]]);
await end();
