// openapi_test.mjs — the OpenAPI file is sound, and what it says is so: each documented path is driven, each answer has the
// promised shape, each procedure's example is accepted, each error is a problem that names its field.
import { Validator } from "@seriousme/openapi-schema-validator";
import { ask, call, credentials, doc, equal, jpeg, pdf, png, remember, roles, run, start, stop, test, truth, undriven, until, use, validate } from "./lib.mjs";

const XRAY = "bx-cap-phep-xquang", D = "/api/v1/dossiers", ONE = `${D}/{code}`;
const fields = (problem) => problem.errors.map((e) => e.field);
let answers, examples;

// F-135: a public validator reads the file, and it lists the same routes and roles as `motcua routes`.
async function the_file_is_sound() {
	const file = await ask("GET", "/api/v1/openapi.json");
	equal([file.status, file.type], [200, "application/json"]);
	const document = JSON.parse(file.bytes);
	const found = await new Validator().validate(structuredClone(document));
	truth(found.valid, found.errors);
	equal(document.openapi, "3.1.0");
	use(document);
	const routes = JSON.parse(run(["routes", "--json"])).filter((r) => r.path.startsWith("/api/"));
	const listed = Object.entries(document.paths).flatMap(([path, ops]) => Object.entries(ops).map(([m, op]) => [`${m.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`, op["x-roles"]]));
	equal(listed.sort(), routes.map((r) => [`${r.method} ${r.path}`, r.roles]).sort());
	await call(null, "GET", "/api/v1/openapi.json");
}

// F-138: a token of an official or administrator needs the second factor; tokens end.
async function tokens() {
	for (const role of roles()) {
		const body = await credentials(role);
		if (body.otp) {
			const { otp, ...first } = body;
			await call(null, "POST", "/api/v1/tokens", { body: first, want: 401 });
			await call(null, "POST", "/api/v1/tokens", { body: { ...first, otp: otp === "000000" ? "000001" : "000000" }, want: 401 });
		}
		remember(role, (await call(null, "POST", "/api/v1/tokens", { body, want: 201 })).token);
	}
	equal(fields(await call(null, "POST", "/api/v1/tokens", { body: {}, want: 422 })), ["login", "password"]);
	const { token } = await call(null, "POST", "/api/v1/tokens", { body: await credentials("citizen"), want: 201 });
	await call(null, "GET", D, { token });
	await call(null, "DELETE", "/api/v1/tokens", { token, want: 204 });
	await call(null, "GET", D, { token, want: 401 });
}

async function procedures() {
	const all = [];
	for (let next = "0"; next !== null;) {
		const page = await call(null, "GET", "/api/v1/procedures", { query: `?limit=50&cursor=${next}` });
		all.push(...page.items);
		next = page.next;
	}
	equal(all.length, 72);
	for (const p of all) {
		const one = await call(null, "GET", "/api/v1/procedures/{code}", { params: { code: p.slug } });
		equal([one.name, one.url], [p.name, p.url]);
		if (p.national_code) equal((await call(null, "GET", "/api/v1/procedures/{code}", { params: { code: p.national_code } })).slug, p.slug);
	}
	const page = await ask("GET", new URL(all[0].url).pathname);
	equal([page.status, page.type], [200, "text/html"]);
	equal((await call(null, "GET", "/api/v1/procedures", { query: `?q=${encodeURIComponent(all.find((p) => p.slug === XRAY).name)}&limit=3` })).items[0].slug, XRAY);
	equal(fields(await call(null, "GET", "/api/v1/procedures", { query: "?limit=0&cursor=x", want: 422 })), ["limit", "cursor"]);
	await call(null, "GET", "/api/v1/procedures/{code}", { params: { code: "khong-co" }, want: 404 });
	await call(null, "GET", "/api/v1/procedures/{code}/form", { params: { code: "khong-co" }, want: 404 });
	await call(null, "GET", "/api/v1/staff");
	return all;
}

// The boards: what a leader's roles show, what the public may know, and that the parts add up.
async function boards() {
	const figures = await call("director", "GET", "/api/v1/board", { query: "?by=procedure&period=12-thang" });
	const received = (x) => Object.entries(x.counts).filter(([k]) => k.startsWith("received_")).reduce((n, [, v]) => n + v, 0);
	equal(figures.groups.reduce((n, g) => n + received(g), 0), received(figures.total));
	equal(figures.months.length, 12);
	const behind = await call("director", "GET", "/api/v1/board/dossiers", { query: "?figure=received&period=12-thang" });
	equal(behind.items.length + behind.hidden, Math.min(50, received(figures.total)));
	await call("director", "GET", "/api/v1/board/dossiers", { query: "?figure=khong", want: 404 });
	equal(fields(await call("director", "GET", "/api/v1/board/dossiers", { want: 422 })), ["figure"]);
	equal((await call("director", "GET", "/api/v1/board/indices")).sets.map((s) => s.items.length), [9, 18]);
	const { sum } = await call("director", "GET", "/api/v1/board/report", { query: "?period=nam-nay" });
	equal([sum.received, sum.received], [sum.received_online + sum.received_direct + sum.carried, sum.settled + sum.open]);
	const report = "/api/v1/board/report/sent", today = new Date();
	let period = null; /* the last month that is over and has something to report */
	for (let back = 1; back <= 36 && !period; back++) {
		const word = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - back, 15)).toISOString().slice(0, 7);
		if ((await call("director", "GET", "/api/v1/board/report", { query: "?period=" + word })).sum.received) period = { period: word };
	}
	const done = await call("director", "POST", report, { body: period });
	equal((await call("director", "GET", report, { query: "?period=" + period.period })).items.map((x) => [x.id, x.version, x.differences]), [[done.id, 1, 0]]);
	await call("director", "POST", report, { body: period, want: 409 });
	await call("director", "POST", report, { body: { period: "quy-nay" }, want: 409 });
	equal(fields(await call("director", "POST", report, { body: {}, want: 422 })), ["period"]);
	await call("head", "POST", report, { body: period, want: 403 });
	for (const path of ["/api/v1/board", "/api/v1/board/indices", "/api/v1/board/report"]) await call("specialist", "GET", path, { want: 403 });
	equal(received((await call(null, "GET", "/api/v1/figures")).total), received(figures.total));
}

const bytes = { "application/pdf": pdf("mau"), "image/png": png, "image/jpeg": jpeg };
const send = (role, type = "application/pdf", name = "mau.pdf") => call(role, "POST", "/api/v1/files", { query: `?name=${name}`, body: bytes[type], type, want: 201 });

// F-004: the example of each published procedure is what /form and the file show, fits the schema, and is accepted.
async function every_example_is_accepted() {
	const all = await procedures(), kept = {}, wrong = [];
	examples = doc.components.examples;
	const requests = doc.paths[D].post.requestBody.content["application/json"].examples;
	for (const p of all) {
		const form = await call(null, "GET", "/api/v1/procedures/{code}/form", { params: { code: p.slug } });
		equal(examples[p.slug].value, form.example, p.slug);
		const said = validate("/components/schemas/DossierNew", requests[p.slug].value);
		if (said.length) wrong.push(`${p.slug}: ${said.slice(0, 3)}`);
		const files = [];
		for (const f of form.example.files) {
			kept[f.type] ??= (await send("citizen", f.type, f.name)).id;
			files.push({ field: f.field, file: kept[f.type] });
		}
		const sent = await ask("POST", D, { role: "citizen", body: { procedure: p.slug, answers: form.example.answers, files } });
		if (sent.status !== 201) wrong.push(`${p.slug}: ${sent.status} ${sent.bytes.toString().slice(0, 400)}`);
	}
	equal(wrong, []);
	answers = examples[XRAY].value.answers;
	const [form] = Object.keys(answers), [key] = Object.keys(answers[form]);
	truth(validate("/components/schemas/DossierNew", { procedure: XRAY, answers: { [form]: { [key]: { deep: 1 } } } }).length > 0, "a wrong answer fits the schema");
}

async function order(role, more = {}) {
	const files = [];
	for (const f of examples[XRAY].value.files) files.push({ field: f.field, file: (await send(role)).id });
	return { procedure: XRAY, answers, files, ...more };
}

// F-135: the same key with another body is refused and says why; each wrong place has its name.
async function filing_errors() {
	const body = await order("citizen"), key = "openapi-1";
	const first = await call("citizen", "POST", D, { body, key, want: 201 });
	equal((await call("citizen", "POST", D, { body, key, want: 201 })).code, first.code);
	const other = await call("citizen", "POST", D, { body: { ...body, channel_out: "post" }, key, want: 422 });
	truth(other.detail.includes("Idempotency-Key"), other);
	truth((await call("citizen", "POST", D, { body, key: null, want: 400 })).detail.includes("Idempotency-Key"), "why");
	const bad = await call("citizen", "POST", D, { body: { ...body, channel_out: "x", files: [{ field: "x", file: "1" }, { field: body.files[0].field, file: "2" }] }, want: 422 });
	for (const f of ["channel_out", "files.0.field", "files.1.file"]) truth(fields(bad).includes(f), `${f} in ${fields(bad)}`);
	for (const [status, more] of [[400, { body: "{" }], [400, { body: "[1" }], [415, { body: "x", type: "text/plain" }], [401, { role: null, body: {} }], [403, { role: "director", body: {} }]])
		await call("role" in more ? more.role : "citizen", "POST", D, { ...more, want: status });
	equal((await ask("GET", "/api/v1/khong-co")).type, "application/problem+json");
	const put = await ask("PUT", D, { role: "citizen", body: {} });
	equal([put.status, put.type, /GET/.test(put.headers.get("allow"))], [405, "application/problem+json", true]);
	equal(fields(await call("citizen", "POST", "/api/v1/files", { body: Buffer.alloc(0), type: "application/pdf", want: 422 })), ["file"]);
	equal(fields(await call("citizen", "POST", "/api/v1/files", { query: "?name=a.pdf", body: png, type: "application/pdf", want: 422 })), ["file"]);
	return first.code;
}

// A system account files for a person, once per code of its own (F-124 needs the portal itself).
async function system_account() {
	const applicant = { name: "Trần Văn Mẫu", identity: "001190000001", phone: "0912345678" };
	const body = await order("system", { applicant, origin: "dvcqg", origin_code: "000.00.00.H99-261126-0001" });
	const first = await call("system", "POST", D, { body, want: 201 });
	const again = await call("system", "POST", D, { body, want: 200 });
	equal([again.code, again.existed, again.answer_due], [first.code, true, first.answer_due]);
	await act("counter", first.code, "accept");
	const later = await call("system", "POST", D, { body, want: 200 });
	equal([later.code, later.state, Boolean(later.due)], [first.code, "processing", true]);
	const seen = await call("system", "GET", ONE, { params: { code: first.code } });
	equal([seen.state, seen.applicant.name], ["processing", applicant.name]);
	equal((await call("system", "GET", D)).items.map((x) => x.code), [first.code]);
	await call("system", "GET", `${ONE}/timeline`, { params: { code: first.code } });
	await call("system", "GET", ONE, { params: { code }, want: 404 });
	await act("system", first.code, "withdraw", { reason: "x" }, 403);
	const bare = await call("system", "POST", D, { body: { ...body, origin_code: undefined, applicant: { name: "", identity: "12", phone: "x", email: "y" } }, want: 422 });
	for (const f of ["origin_code", "applicant.name", "applicant.identity", "applicant.phone", "applicant.email"]) truth(fields(bare).includes(f), `${f} in ${fields(bare)}`);
	const shown = await call("counter", "GET", ONE, { params: { code: first.code } });
	equal([shown.origin, shown.origin_code, shown.channel_in], ["dvcqg", body.origin_code, "portal"]);
	truth((await call("counter", "POST", `${D}/search`, { body: { q: body.origin_code } })).items.some((x) => x.code === first.code), "found by the portal's code");
}

// ---- officials ----

const todo = async (role, code) => (await call(role, "GET", `${ONE}/actions`, { params: { code } })).items;
const act = (role, code, action, more = {}, want = 200) => call(role, "POST", `${ONE}/actions`, { params: { code }, body: { action, ...more }, want });

// F-058: the work list, with its views, filters, order and cursor; only what the official may read.
async function the_work_list() {
	const all = [];
	for (let next = ""; next !== null;) {
		const page = await call("counter", "GET", D, { query: `?limit=20${next && `&cursor=${next}`}` });
		all.push(...page.items);
		next = page.next;
	}
	equal(new Set(all.map((x) => x.code)).size, all.length, "each once");
	truth(all.length >= 72, `${all.length} dossiers`);
	const newest = await call("counter", "GET", D, { query: "?order=newest&limit=5" });
	equal(newest.items.map((x) => x.sent_at), newest.items.map((x) => x.sent_at).sort().reverse());
	const more = await call("counter", "GET", D, { query: `?order=newest&limit=5&cursor=${newest.next}` });
	equal(more.items.filter((x) => newest.items.some((y) => y.code === x.code)), []);
	for (const state of ["received", "processing", "withdrawn"])
		truth((await call("counter", "GET", D, { query: `?state=${state}` })).items.every((x) => x.state === state), state);
	truth((await call("specialist", "GET", D, { query: "?view=mine" })).items.every((x) => x.assignee_name.includes("Thụ Lý")), "one's own");
	truth((await call("counter", "GET", D, { query: "?view=late" })).items.every((x) => Date.parse(x.accepted_at ? x.due : x.answer_due) < Date.now()), "late ones alone");
	equal(fields(await call("counter", "GET", D, { query: "?view=x&state=y&until=z&order=w&limit=0", want: 422 })), ["view", "state", "until", "order", "limit"]);
	equal(fields(await call("counter", "GET", D, { query: "?cursor=x", want: 422 })), ["cursor"]);
	await call("admin", "GET", D, { want: 403 });
	await call("inspector", "GET", D);
	truth((await call("citizen", "GET", D)).items.every((x) => !("applicant_name" in x)), "one's own list");
}

// F-043, F-010: ids for `to` come from the API; a supplement needs something new, corrects answers and brings files; their bytes come back.
async function settled_by_programs_alone(code) {
	truth((await todo("counter", code)).some((a) => a.action === "accept"), "accept");
	await call(null, "GET", `${ONE}/actions`, { params: { code }, want: 401 });
	await call("business", "GET", `${ONE}/actions`, { params: { code }, want: 404 });
	await act("counter", code, "accept");
	const assign = (await todo("head", code)).find((a) => a.action === "assign").fields.find((f) => f.name === "to");
	const person = assign.choices.find((c) => c.label.includes("Thụ Lý"));
	truth(assign.required && person, assign);
	equal(fields(await act("head", code, "assign", { to: "1" }, 422)), ["to"]);
	equal((await act("head", code, "assign", { to: person.value })).step, "examine");
	truth((await todo("specialist", code)).find((a) => a.action === "ask_opinion").fields.find((f) => f.name === "unit").choices.length > 1, "units");
	await act("specialist", code, "ask_supplement", { reason: "Thiếu trang 2." });
	await a_supplement(code);
	equal((await call("specialist", "GET", `${ONE}/timeline`, { params: { code } })).items.some((x) => x.kind === "dossier.supplement"), true);
}

async function a_supplement(code) {
	const [form] = Object.keys(answers), [key] = Object.keys(answers[form]).filter((k) => typeof answers[form][k] === "string");
	equal(fields(await act("citizen", code, "supplement", {}, 422)), ["files"]);
	equal(fields(await act("citizen", code, "supplement", { files: [], answers: {} }, 422)), ["files"]);
	equal(fields(await act("citizen", code, "supplement", { answers: { [form]: { "khong-co": 1 } } }, 422)), [`answers.${form}.khong-co`]);
	truth(fields(await act("citizen", code, "supplement", { answers: { [form]: { [key]: null } } }, 422)).includes(`answers.${form}.${key}`), "taken away");
	const file = await send("citizen", "application/pdf", "trang-2.pdf"), field = examples[XRAY].value.files[0].field;
	const done = await act("citizen", code, "supplement", { answers: { [form]: { [key]: "Trần Thị Sửa" } }, files: [{ field, file: file.id }] });
	equal(done.state, "processing");
	const now = await call("specialist", "GET", ONE, { params: { code } });
	equal(now.answers[form][key], "Trần Thị Sửa");
	equal({ ...now.answers[form], [key]: 0 }, { ...now.answers[form], ...Object.fromEntries(Object.entries(answers[form]).filter(([, v]) => typeof v === "string")), [key]: 0 });
	const kept = await until("out of quarantine", async () => (await call("citizen", "GET", ONE, { params: { code } })).files.find((f) => f.name === "trang-2.pdf" && f.state === "clean"));
	for (const role of ["citizen", "specialist"]) {
		const got = await call(role, "GET", `${ONE}/files/{id}`, { params: { code, id: kept.id } });
		equal([got.type, Buffer.compare(got.bytes, bytes["application/pdf"])], ["application/pdf", 0]);
	}
	for (const [role, want] of [["business", 404], ["admin", 404], [null, 401]]) await call(role, "GET", `${ONE}/files/{id}`, { params: { code, id: kept.id }, want });
	await call("citizen", "GET", `${ONE}/files/{id}`, { params: { code, id: "1" }, want: 404 });
}

let code;
try {
	await start();
	await test("the file is sound", the_file_is_sound);
	await test("tokens", tokens);
	await test("boards", boards);
	await test("every example is accepted", every_example_is_accepted);
	await test("filing errors", async () => { code = await filing_errors(); });
	await test("system account", system_account);
	await test("the work list", the_work_list);
	await test("settled by programs alone", () => settled_by_programs_alone(code));
	await test("every documented path was driven to its good answers", () => equal(undriven(), []));
} finally {
	await stop();
}
