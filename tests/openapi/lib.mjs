// lib.mjs — the program from outside: a demonstration that is served, tokens of its people, and every answer held against the
// OpenAPI file that the program itself gives.
import { execFileSync, spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Ajv2020 from "ajv/dist/2020.js";
import formats from "ajv-formats";

const program = resolve(process.argv[2]);
const environment = { ...process.env, ASAN_OPTIONS: "detect_leaks=0:abort_on_error=0" };
const root = mkdtempSync(join(tmpdir(), "motcua-openapi-")), data = join(root, "data"), config = join(root, "motcua.conf");
const sleep = (ms) => new Promise((go) => setTimeout(go, ms));

// ---- counting ----

let passed = 0, failed = 0;
export async function test(name, fn) {
	try {
		await fn();
		passed++;
	} catch (e) {
		failed++;
		console.log(`FAILED ${name}: ${e.stack ?? e}`);
	}
}
export function equal(got, want, what = "") {
	if (JSON.stringify(got) !== JSON.stringify(want)) throw new Error(`${what && what + ": "}${JSON.stringify(got)}, not ${JSON.stringify(want)}`);
}
export function truth(x, what) {
	if (!x) throw new Error(typeof what === "string" ? what : JSON.stringify(what));
}
export async function until(what, look, seconds = 240) {
	for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(300)) {
		const found = await look();
		if (found) return found;
	}
	throw new Error(`${what}: nothing after ${seconds} s`);
}

// ---- the program ----

export const run = (args, input) => execFileSync(program, args, { env: environment, input, maxBuffer: 1 << 26 }).toString();
let server, base;
const people = {}, tokens = {};

export async function start() {
	for (const p of JSON.parse(run(["demo", "--data", data, "--dossiers", "60", "--json"]))) people[p.role] = { ...p, step: 0 };
	run(["user", "add", "--data", data, "--login", "portal", "--kind", "system", "--name", "Cổng mẫu"], "Mau-portal-1a2b3c4d\n");
	people.system = { login: "portal", password: "Mau-portal-1a2b3c4d", totp_secret: null };
	writeFileSync(config, "rate_sign_in = 10000\nrate_heavy = 10000\nrate_lookup = 10000\nrate_upload = 10000\nrate_page = 100000\nrate_api = 100000\n");
	server = spawn(program, ["serve", "--data", data, "--config", config, "--listen", "127.0.0.1:0"], { env: environment, stdio: ["ignore", "inherit", "pipe"] });
	const port = await new Promise((done, fail) => {
		let text = "";
		server.stderr.on("data", (piece) => {
			text = (text + piece).slice(-20000);
			const m = /serves on port (\d+)/.exec(text);
			if (m) done(m[1]);
		});
		server.on("exit", (code) => fail(new Error(`the server ended with ${code}: ${text}`)));
	});
	base = `http://127.0.0.1:${port}`;
}

export async function stop() {
	if (server?.exitCode === null) {
		const ended = new Promise((go) => server.on("exit", go));
		server.kill("SIGTERM");
		await ended;
	}
	rmSync(root, { recursive: true, force: true });
	console.log(`${passed} passed, ${failed} failed`);
	process.exit(failed ? 1 : 0);
}

export async function ask(method, path, { role, token = role && tokens[role], body, type, key, headers = {} } = {}) {
	const h = { ...headers };
	if (token) h.Authorization = `Bearer ${token}`;
	if (body !== undefined) h["Content-Type"] = type ?? "application/json";
	if (key !== null && method === "POST") h["Idempotency-Key"] = key ?? randomUUID();
	for (;;) {
		const r = await fetch(base + path, { method, headers: h, body: body === undefined || typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body) });
		const bytes = Buffer.from(await r.arrayBuffer());
		if (r.status !== 429) return { status: r.status, type: (r.headers.get("content-type") ?? "").split(";")[0], headers: r.headers, bytes };
		await sleep(1000 * Number(r.headers.get("retry-after") ?? 1));
	}
}

// ---- people ----

function totp(secret, step) {
	const bits = [...secret.replace(/=+$/, "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(step));
	const mac = createHmac("sha1", Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))).update(counter).digest(), at = mac[19] & 15;
	return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, "0");
}

// A code counts once: the next of the steps before, now and after.
export async function credentials(role) {
	const p = people[role], now = () => Math.floor(Date.now() / 30000), body = { login: p.login, password: p.password };
	if (!p.totp_secret) return body;
	p.step = Math.max(p.step + 1, now() - (Date.now() % 30000 < 10000 ? 1 : 0));
	while (p.step > now() + 1) await sleep(500);
	return { ...body, otp: totp(p.totp_secret, p.step) };
}
export const roles = () => Object.keys(people);
export const remember = (role, token) => (tokens[role] = token);

// ---- the OpenAPI file ----

export let doc;
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
formats(ajv);
const driven = new Map(); // "post /api/v1/files" → statuses seen

export function use(document) {
	doc = document;
	ajv.addSchema({ ...doc, $id: "openapi" }, "openapi");
}
const pointer = (s) => s.replace(/~/g, "~0").replace(/\//g, "~1");
const compiled = new Map();
export function validate(at, value) {
	if (!compiled.has(at)) compiled.set(at, ajv.compile({ $ref: `openapi#${at}` }));
	const check = compiled.get(at);
	return check(value) ? [] : check.errors.map((e) => `${e.instancePath || "/"} ${e.message} ${JSON.stringify(e.params)}`);
}
export const undriven = () => Object.entries(doc.paths).flatMap(([path, ops]) => Object.entries(ops).flatMap(([method, op]) =>
	Object.keys(op.responses).filter((s) => /^2/.test(s) && !driven.get(`${method} ${path}`)?.has(s)).map((s) => `${method} ${path} ${s}`)));

function shape(path, method, answer) {
	const known = doc.paths[path]?.[method.toLowerCase()];
	truth(known, `${method} ${path} is not documented`);
	const status = known.responses[answer.status] ? String(answer.status) : `${String(answer.status)[0]}XX`;
	truth(known.responses[status], `${method} ${path}: status ${answer.status} is not documented`);
	if (status === "4XX") return ["application/problem+json", "/components/responses/Problem/content/application~1problem+json/schema"];
	const type = Object.keys(known.responses[status].content ?? {})[0];
	return [type, type && `/paths/${pointer(path)}/${method.toLowerCase()}/responses/${status}/content/${pointer(type)}/schema`];
}

// A documented call: `path` with {names} from `params`. The answer must have the status wanted and the shape that is promised.
export async function call(role, method, path, { params = {}, query = "", want = 200, ...more } = {}) {
	const target = path.replace(/\{(\w+)\}/g, (_, n) => encodeURIComponent(params[n])) + query;
	const answer = await ask(method, target, { role, ...more });
	equal(answer.status, want, `${role ?? "stranger"} ${method} ${target} ${answer.bytes.toString().slice(0, 500)}`);
	const [type, at] = shape(path, method, answer);
	const key = `${method.toLowerCase()} ${path}`;
	driven.set(key, (driven.get(key) ?? new Set()).add(String(answer.status)));
	if (!type) return equal(answer.bytes.length, 0, `${target}: a body`);
	if (type === "*/*") return answer;
	equal(answer.type, type, target);
	const value = JSON.parse(answer.bytes);
	const wrong = validate(at, value);
	truth(wrong.length === 0, `${method} ${target} ${answer.status}: ${wrong.slice(0, 5).join("; ")}`);
	return value;
}

// ---- files ----

export function pdf(words) {
	const objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Contents 4 0 R>>",
		`<</Length ${words.length + 4}>>stream\n% ${words}\n\nendstream`];
	let out = "%PDF-1.4\n";
	const at = objects.map((x, i) => { const from = out.length; out += `${i + 1} 0 obj\n${x}\nendobj\n`; return from; });
	const table = out.length;
	out += `xref\n0 5\n0000000000 65535 f \n${at.map((x) => String(x).padStart(10, "0") + " 00000 n \n").join("")}trailer<</Size 5/Root 1 0 R>>\nstartxref\n${table}\n%%EOF\n`;
	return Buffer.from(out, "latin1");
}
export const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
export const jpeg = Buffer.from("/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=", "base64");
