// lib.mjs — what every browser test stands on: a demonstration that is served, people who open it in Debian's Chromium with or
// without JavaScript, and what must hold on every page that anybody sees (`Visitor.look`).
//
// Pages are told apart by their words: `word("FILING_SEND")` is the message of that key, so that a test outlives a change of words and styles.
import { execFile, execFileSync, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

// run.mjs NAME PROGRAM SOURCE BUILD [OPTION]
const name = process.argv[2];
export const [program, source, build] = process.argv.slice(3, 6).map((p) => resolve(p));
export const option = process.argv[6] ?? "";
const shots = join(build, "tests/browser/shots", name);
const axeSource = readFileSync(join(source, "tests/browser/node_modules/axe-core/axe.min.js"), "utf8");
const environment = { ...process.env, ASAN_OPTIONS: "detect_leaks=0:abort_on_error=0" };
const sleep = (ms) => new Promise((go) => setTimeout(go, ms));

// ---- counting ----

let passed = 0, failed = 0;

// Steps that build on each other, each a [what, function]; after one that fails the rest of the journey is not reached, and counts as failed.
// The visitors, or what the function gives then, are shown.
export async function journey(title, steps, visitors = () => []) {
	const started = Date.now();
	for (let i = 0; i < steps.length; i++) {
		const [what, step] = steps[i];
		try {
			await step();
			passed++;
		} catch (e) {
			failed += steps.length - i;
			console.log(`FAILED ${title}: ${what}: ${e.stack ?? e}`);
			if (i + 1 < steps.length) console.log(`  not reached: ${steps.slice(i + 1).map((s) => s[0]).join(", ")}`);
			for (const v of typeof visitors === "function" ? visitors() : visitors) await v.failed();
			break;
		}
	}
	console.log(`${title}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

export const equal = (got, want, what = "") => {
	if (JSON.stringify(got) !== JSON.stringify(want)) throw new Error(`${what && what + ": "}${JSON.stringify(got)}, not ${JSON.stringify(want)}`);
};
export const truth = (x, what) => {
	if (!x) throw new Error(what);
};

// What `look` finds until it is there, or an error after `seconds`.
export async function until(what, seconds, look) {
	for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(200)) {
		const found = await look();
		if (found) return found;
	}
	throw new Error(`${what}: nothing after ${seconds} s`);
}

// ---- words ----

const words = new Map();
for (const file of readdirSync(join(source, "messages")).filter((f) => f.endsWith(".vi")))
	for (const line of readFileSync(join(source, "messages", file), "utf8").split("\n")) {
		const at = line.indexOf(" = ");
		if (at > 0 && line[0] !== "#") words.set(line.slice(0, at), line.slice(at + 3));
	}

// The Vietnamese message of a key, with its arguments.
export function word(key, ...args) {
	truth(words.has(key), `no message ${key}`);
	return words.get(key).replace(/\{(\d)\}/g, (whole, n) => args[n - 1] ?? whole);
}

export const plain = (s) => s.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

// The same with anything for its arguments.
export const pattern = (key) => new RegExp(word(key).split(/\{\d\}/).map(plain).join(".+"));

// ---- the program ----

const limits = "rate_sign_in = 10000\nrate_heavy = 10000\nrate_lookup = 10000\nrate_upload = 10000\nrate_page = 100000\nrate_api = 100000\n";

export function run(...args) {
	return new Promise((done) => execFile(program, args, { env: environment, maxBuffer: 1 << 26, timeout: 300000 },
		(error, out, err) => done({ code: error ? error.code ?? 1 : 0, out, err })));
}

function serving(at, config) {
	const server = spawn(program, ["serve", ...at, "--config", config, "--listen", "127.0.0.1:0"], { env: environment, stdio: ["ignore", "inherit", "pipe"] });
	return new Promise((done, fail) => {
		let text = "", refused = false;
		server.stderr.on("data", (piece) => {
			text = (text + piece).slice(-20000);
			if (/^sandbox: system call/m.test(text) && !refused) { // src/app/hold.c lacks what the program needs
				refused = true;
				console.log("FAILED the sandbox: " + /^sandbox: system call.*/m.exec(text)[0]);
				process.on("exit", () => { process.exitCode = 1; });
			}
			const m = /serves on port (\d+)/.exec(text);
			if (m) done({ server, port: Number(m[1]), log: () => text });
		});
		server.on("exit", (code) => fail(new Error(`the server ended with ${code}: ${text}`)));
	});
}

// A database of its own in the cluster for tests; the cluster ends by itself when nobody asks for it any longer.
function postgres() {
	const ask = () => /host=(\S+)/.exec(execFileSync(join(source, "scripts/pg-test"), ["start"], { encoding: "utf8" }))[1];
	const host = ask(), database = `browser_${process.pid}`;
	const versions = "/usr/lib/postgresql", bin = join(versions, readdirSync(versions).sort((a, b) => a - b).at(-1), "bin");
	const tool = (name, ...args) => execFileSync(join(bin, name), ["-h", host, "-U", "motcua", ...args, database], { stdio: "ignore" });
	tool("createdb");
	setInterval(ask, 120000).unref();
	return { args: ["--db", `postgres://motcua@/${database}?host=${encodeURIComponent(host)}`], drop: () => tool("dropdb", "--force") };
}

// A demonstration in a folder of its own, served on a free port, on PostgreSQL with `engine: "pg"`. `people` are the sign-ins by role, `at` is what
// every command of the program needs to find it. `brief`: `look` leaves out axe, where another test looks at the same pages.
export async function demonstration({ dossiers = 12, engine = "sqlite", brief = false } = {}) {
	const root = mkdtempSync(join(tmpdir(), "motcua-browser-"));
	const config = join(root, "motcua.conf"), database = engine === "pg" ? postgres() : { args: [], drop() {} };
	const at = [...database.args, "--data", join(root, "data")];
	let server = null;
	process.on("exit", () => { // whatever happened: nothing stays behind
		server?.kill("SIGKILL");
		database.drop();
		rmSync(root, { recursive: true, force: true });
	});
	writeFileSync(config, limits);
	const made = await run("demo", ...at, "--dossiers", String(dossiers), "--json");
	equal([made.code, made.code ? made.err : ""], [0, ""], "motcua demo");
	const people = Object.fromEntries(JSON.parse(made.out).map((p) => [p.role, { ...p, step: 0 }]));
	const served = await serving(at, config);
	server = served.server;
	return {
		root, at, people, brief, url: `http://127.0.0.1:${served.port}`,
		async stop() {
			const ended = new Promise((go) => server.on("exit", go));
			server.kill("SIGTERM");
			const code = await ended;
			truth(code === 0, `the server ended with ${code}: ${served.log()}`);
		},
	};
}

// ---- the second factor ----

function fromBase32(text) {
	let bits = "";
	for (const c of text.replace(/=+$/, "")) bits += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0");
	return Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
}

function totp(secret, step) {
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(step));
	const mac = createHmac("sha1", fromBase32(secret)).update(counter).digest();
	const at = mac[19] & 15;
	return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, "0");
}

// A code counts once: of the step before (while that stays good for a time), of now, or of the step after, all of which are taken.
export async function freshCode(person) {
	const now = () => Math.floor(Date.now() / 30000);
	const step = Math.max(person.step + 1, now() - (Date.now() % 30000 < 10000 ? 1 : 0));
	while (step > now() + 1) await sleep(500);
	person.step = step;
	return totp(person.totp_secret, step);
}

// ---- people in front of the browser ----

let shared = null;
// DISPLAY of the machine is never used; QUIC, updates and the like would be requests of the browser's own.
const flags = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const theBrowser = () => (shared ??= chromium.launch({ executablePath: process.env.MOTCUA_CHROMIUM ?? "/usr/bin/chromium", chromiumSandbox: process.getuid() !== 0, args: flags }));

export class Visitor {
	// `who` names the pictures. `js: false` switches scripts of the pages off; what the tests ask of a page still runs.
	// `dark`: contrast is measured in the dark scheme too.
	static async open(place, who, { width = 1280, js = true, dark = false } = {}) {
		const v = new Visitor();
		Object.assign(v, { place, who, width, js, dark, problems: [], expected: [], choosers: [], n: 0 });
		v.context = await (await theBrowser()).newContext({ viewport: { width, height: width < 600 ? 640 : 900 }, locale: "vi-VN", timezoneId: "Asia/Ho_Chi_Minh",
			hasTouch: width < 600, acceptDownloads: true });
		v.context.setDefaultTimeout(120000);
		v.page = await v.context.newPage();
		v.cdp = await v.context.newCDPSession(v.page);
		await v.scripts(js);
		v.page.on("filechooser", (c) => v.choosers.push(c)); // for good: with the listener goes what catches the machine's window
		v.page.on("console", (m) => m.type() === "error" && v.problem(`console: ${m.text()}`));
		v.page.on("pageerror", (e) => v.problem(`script: ${e}`));
		v.page.on("requestfailed", (r) => r.failure()?.errorText !== "net::ERR_ABORTED" && v.problem(`${r.url()}: ${r.failure()?.errorText}`));
		v.page.on("response", (r) => r.status() >= 400 && v.problem(`${r.request().method()} ${r.url()}: ${r.status()}`));
		return v;
	}

	press(key) {
		return this.page.keyboard.press(key);
	}

	async resize(width) {
		this.width = width;
		await this.page.setViewportSize({ width, height: width < 600 ? 640 : 900 });
	}

	scripts(on) {
		return this.cdp.send("Emulation.setScriptExecutionDisabled", { value: !on });
	}

	problem(text) {
		if (!this.expected.some((e) => text.includes(e))) this.problems.push(text);
	}

	// From here on problems that hold this text are meant to be, as the 422 of a form sent on purpose without an answer.
	expect(text) {
		this.expected.push(text);
	}

	noProblems() {
		const found = this.problems.splice(0);
		truth(!found.length, `at ${this.page.url()}: ${found.join("; ")}`);
	}

	async go(path) {
		await this.page.goto(new URL(path, this.place.url).href);
	}

	get path() {
		return new URL(this.page.url()).pathname;
	}

	// Waits until the address is of this kind.
	at(path) {
		return this.page.waitForURL((u) => path.test(u.pathname));
	}

	get main() {
		return this.page.getByRole("main");
	}

	// By the words of a message, or any text.
	button(text) {
		return this.main.getByRole("button", { name: words.get(text) ?? text, exact: true });
	}

	link(text) {
		return this.main.getByRole("link", { name: words.get(text) ?? text, exact: true });
	}

	// The whole label; "(không bắt buộc)" may follow.
	field(text) {
		return this.main.getByLabel(new RegExp(`^\\s*${plain(words.get(text) ?? text)}(\\s*\\(${plain(word("FIELD_OPTIONAL"))}\\))?\\s*$`));
	}

	async heading(text) {
		await this.page.getByRole("heading", { level: 1, name: words.get(text) ?? text }).waitFor();
	}

	async signIn(role) {
		const p = this.place.people[role];
		if (this.path !== "/dang-nhap") await this.go("/dang-nhap");
		await this.field("ACCOUNT_LOGIN").fill(p.login);
		await this.field("ACCOUNT_PASSWORD").fill(p.password);
		await this.button("DO_SIGN_IN").click();
		if (!p.totp_secret) return;
		await this.heading("ACCOUNT_OTP_TITLE");
		await this.field("ACCOUNT_CODE").fill(await freshCode(p));
		await this.main.getByRole("button").first().click();
		await this.page.waitForURL((u) => !u.pathname.startsWith("/dang-nhap"));
	}

	nextShot(label) {
		mkdirSync(shots, { recursive: true });
		return join(shots, `${this.who}-${String(++this.n).padStart(2, "0")}-${label}.png`);
	}

	async shot(label) {
		const file = this.nextShot(label);
		await this.page.screenshot({ path: file, fullPage: true });
		return file;
	}

	// What must hold on every page anybody sees: a picture for us, nothing went wrong on the way, one heading of level 1 and the others
	// below it in the order of the page, no id twice, nothing scrolls sideways, and axe finds nothing serious. Where the place is `brief` axe is left out.
	async look(label) {
		await this.page.waitForLoadState("load");
		await this.shot(label);
		this.noProblems();
		equal(await this.page.locator("h1").count(), 1, `${this.path}: headings of level 1`);
		const order = await this.page.evaluate(outOfOrder);
		truth(!order.length, `${this.path}: ${order.join("; ")}`);
		equal(await this.page.evaluate(headingsInCapitals), [], `${this.path}: headings in capitals`);
		const first = await this.page.locator("body.citizen main .btn:not(.quiet, .danger):visible").count();
		truth(first <= 1, `${this.path}: ${first} buttons that ask to be the first`);
		await this.notSideways();
		if (!this.place.brief) await this.accessible();
	}

	async notSideways() {
		const wide = await this.page.evaluate(widerThanThePage);
		truth(!wide, `${this.path} scrolls sideways at ${this.width}: ${wide}`);
	}

	async accessible() {
		if (!this.js) await this.scripts(true);
		await this.page.evaluate(axeSource);
		const found = await this.page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
		if (this.dark) found.violations.push(...(await this.contrastInTheDark()));
		if (!this.js) await this.scripts(false);
		const bad = found.violations.filter((v) => v.impact === "serious" || v.impact === "critical" || structure.test(v.id));
		truth(!bad.length, `axe at ${this.path}: ${bad.map((v) => `${v.id} (${v.help}): ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(", ")}`).join("; ")}`);
	}

	async contrastInTheDark() {
		await this.page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
		const found = await this.page.evaluate(() => window.axe.run(document, { runOnly: ["color-contrast"], resultTypes: ["violations"] }));
		await this.page.emulateMedia({ colorScheme: "light" });
		return found.violations;
	}

	// For the person who reads why a test failed.
	async failed() {
		console.log(`  ${this.who} at ${this.page.url()}, see ${await this.shot("FAILED").catch((e) => e)}`);
		console.log(`  | ${JSON.stringify(await this.page.evaluate(stateOfThePage).catch(String))}`);
		const text = await this.main.innerText().catch(() => "");
		console.log(text.replace(/^/gm, "  | ").slice(0, 1500));
	}

	close() {
		return this.context.close();
	}
}

// What of axe's findings counts though it calls it moderate: the levels of headings and the regions of a page, by which people without sight get about.
const structure = /^(heading-order|region|empty-heading|landmark-.*|page-has-heading-one|skip-link)$/;

// Runs in the page: ids that occur twice, and headings of a column that are read in another order than they stand.
function outOfOrder() {
	const ids = [...document.querySelectorAll("[id]")].map((x) => x.id), wrong = ids.filter((x, i) => ids.indexOf(x) !== i).map((x) => `the id ${x} twice`);
	const heads = [...document.querySelectorAll("main :is(h1, h2, h3, h4)")].map((x) => ({ text: x.textContent.trim(), box: x.getBoundingClientRect() })).filter((x) => x.box.height > 1);
	heads.slice(1).forEach(({ text, box }, i) => {
		const before = heads[i];
		if (box.top < before.box.top && box.left < before.box.right && box.right > before.box.left) wrong.push(`"${text}" stands above "${before.text}" and is read after it`);
	});
	return wrong;
}

function stateOfThePage() {
	const e = document.activeElement;
	return { ready: document.readyState, hasFocus: document.hasFocus(), active: e?.outerHTML.slice(0, 200), files: e?.files?.length };
}

// The law's capitals are for paper.
function headingsInCapitals() {
	const count = (s, others) => s.replace(others, "").length;
	const capitals = (s) => count(s, /\P{Lu}/gu) > Math.max(7, count(s, /\P{Ll}/gu)); // a dossier's code has fewer
	return [...document.querySelectorAll("h1, h2, h3, legend, .over")].map((h) => h.textContent.trim()).filter(capitals);
}

function widerThanThePage() {
	const e = document.documentElement;
	if (e.scrollWidth <= e.clientWidth) return "";
	const out = [...document.querySelectorAll("body *")].filter((x) => x.getBoundingClientRect().right > e.clientWidth + 1);
	return `${e.scrollWidth}: ${out.slice(0, 3).map((x) => `${x.tagName.toLowerCase()}.${x.className} ${x.textContent.trim().slice(0, 40)}`).join(", ")}`;
}

// Ends the browser, says how many passed and failed.
export async function end() {
	if (shared) await (await shared).close();
	console.log(`${passed} passed, ${failed} failed`);
	process.exit(failed ? 1 : 0);
}
