// app.js — comfort on every page. All pages work without it.
//
// [data-search="ID"]  a GET form: while one types, the part ID of the answer replaces the part ID of this page.
// table[data-list]    officials' lists: j k move, x chooses, Enter opens, / goes to search, ? shows the keys.
// [data-again="MS"]   a part that changes by itself (a file being made): looked for again until it says so no more.
// [data-print]        a button that prints the page.
// [data-key="d"]      a key that opens this link, or goes to this button: what an act does waits for Enter.
// [data-keys-on]      the choice whether letters do anything at all; kept in the browser.
// [data-focus]        takes the focus when the page opens: the summary of errors.
const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
const one = (selector, from = document) => from.querySelector(selector);
document.documentElement.classList.add("js");

/* ---- search while typing ---- */
function liveSearch(form) {
	let timer = 0, running = null, last = "";
	const query = () => new URLSearchParams(new FormData(form)).toString();
	const run = async () => {
		const q = query();
		if (q === last) return;
		last = q;
		if (running) running.abort();
		running = new AbortController();
		const url = form.getAttribute("action") + "?" + q;
		try {
			const answer = await fetch(url, { signal: running.signal, credentials: "same-origin" });
			if (!answer.ok) return;
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			const fresh = page.getElementById(form.dataset.search), old = document.getElementById(form.dataset.search);
			if (!fresh || !old || q !== query()) return;
			old.replaceWith(document.importNode(fresh, true));
			history.replaceState(null, "", url);
			wireLists();
		} catch (e) {
			if (e.name !== "AbortError") last = ""; // offline: Enter still sends the form
		}
	};
	last = query();
	form.addEventListener("input", () => {
		clearTimeout(timer);
		timer = setTimeout(run, 150);
	});
}

/* ---- a part that changes by itself ---- */
async function lookAgain(part) {
	try {
		const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
		const page = new DOMParser().parseFromString(await answer.text(), "text/html"), fresh = answer.ok && page.getElementById(part.id);
		if (fresh && fresh.dataset.again) return setTimeout(lookAgain, Number(fresh.dataset.again), part);
		if (fresh) part.replaceWith(document.importNode(fresh, true));
	} catch (e) {
		setTimeout(lookAgain, 10000, part); // offline: the page's own link still asks
	}
}

/* ---- lists ---- */
const rows = () => all("table[data-list] tbody tr");
const here = () => rows().findIndex((r) => r.classList.contains("here"));

function goTo(index) {
	const list = rows();
	if (!list.length) return;
	const to = list[Math.max(0, Math.min(list.length - 1, index))];
	for (const r of list) {
		r.classList.toggle("here", r === to);
		if (r === to) r.setAttribute("aria-current", "true");
		else r.removeAttribute("aria-current");
	}
	const link = one("a", to) || one("input", to);
	if (link) link.focus({ preventScroll: true });
	to.scrollIntoView({ block: "nearest" });
}

// Each act says for how many of the chosen rows it is; one that is for none is not offered.
function countActs(bar, picked) {
	const acts = all("input[data-pick]:checked").map((box) => (box.dataset.acts || "").split(" "));
	const buttons = all("button[name=action]", bar);
	for (const b of buttons) {
		const n = acts.filter((x) => x.includes(b.value)).length;
		one("[data-rows]", b).textContent = String(n);
		b.hidden = picked > 0 && n === 0;
	}
	one("[data-no-act]", bar).hidden = !picked || buttons.some((b) => !b.hidden);
}

function countPicked() {
	const n = all("input[data-pick]:checked").length;
	for (const bar of all(".bulk")) {
		bar.classList.toggle("on", n > 0);
		const p = one("[data-picked]", bar);
		p.hidden = false;
		one("b", p).textContent = String(n);
		countActs(bar, n);
	}
	for (const box of all("input[data-pick-all]")) {
		const boxes = all("input[data-pick]", box.closest("table"));
		box.checked = boxes.length > 0 && n === boxes.length;
		box.indeterminate = n > 0 && n < boxes.length;
	}
}

function pickHere() {
	const box = here() >= 0 && one("input[data-pick]", rows()[here()]);
	if (!box) return;
	box.checked = !box.checked;
	countPicked();
}

function openHere() {
	const row = rows()[here()];
	if (row && row.dataset.url) location.assign(row.dataset.url);
}

function showKeys() {
	const dialog = document.getElementById("keys");
	if (dialog && dialog.showModal && !dialog.open) dialog.showModal();
}

function goSearch() {
	const box = one("main input[type=search]") || one("input[type=search]");
	if (box) {
		box.focus();
		box.select();
	}
}

function wireLists() {
	for (const box of all("input[data-pick-all]")) box.hidden = false;
	countPicked();
}

const typing = (t) => t.isContentEditable || /^(TEXTAREA|SELECT)$/.test(t.tagName) ||
	(t.tagName === "INPUT" && !/^(checkbox|radio|button|submit)$/.test(t.type));
const keys = { j: () => goTo(here() + 1), k: () => goTo(here() - 1), x: pickHere, "/": goSearch, "?": showKeys };

/* ---- letters: who speaks to the machine or touches keys by mistake switches them off ---- */
const letters = { get on() { try { return localStorage.getItem("keys") !== "off"; } catch { return true; } } };

function showLetters() {
	document.documentElement.classList.toggle("no-keys", !letters.on);
	for (const box of all("[data-keys-on]")) box.checked = letters.on;
	for (const b of all("[data-key]"))
		if (letters.on) b.setAttribute("aria-keyshortcuts", b.dataset.key);
		else b.removeAttribute("aria-keyshortcuts");
}

function switchLetters(on) {
	try {
		if (on) localStorage.removeItem("keys");
		else localStorage.setItem("keys", "off");
	} catch { /* storage refused: they stay on */ }
	showLetters();
}

function press(button) {
	if (button.tagName === "A") return button.click();
	button.focus({ preventScroll: true });
	button.scrollIntoView({ block: "nearest" });
}

function onKey(e) {
	if (e.key.length === 1 && !letters.on) return;
	if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || typing(e.target) || one("dialog[open]")) return;
	const staff = document.body.classList.contains("staff");
	const button = staff && all("[data-key]").find((b) => b.dataset.key.toLowerCase() === e.key.toLowerCase());
	if (button) press(button);
	else if (staff && keys[e.key]) keys[e.key]();
	else if (staff && e.key === "Enter" && e.target === document.body) return openHere();
	else if (e.key === "Escape" && location.hash === "#menu") location.hash = "#main";
	else return;
	e.preventDefault();
}

/* ---- forms: a second click does nothing; the server would take it as the same act anyway ---- */
function onSubmit(e) {
	const form = e.target;
	if (form.method !== "post" || e.defaultPrevented) return;
	if (form.dataset.sent) e.preventDefault();
	form.dataset.sent = "1";
}

function onChange(e) {
	const t = e.target;
	if (t.matches("[data-keys-on]")) switchLetters(t.checked);
	if (t.matches("input[data-pick-all]"))
		for (const box of all("input[data-pick]", t.closest("table"))) box.checked = t.checked;
	if (t.matches("input[data-pick], input[data-pick-all]")) countPicked();
}

function showOffline() {
	for (const p of all("[data-offline]")) p.hidden = navigator.onLine;
}

all("form[data-search]").forEach(liveSearch);
all("[data-again]").forEach((part) => setTimeout(lookAgain, Number(part.dataset.again), part));
all("[data-print]").forEach((b) => {
	b.hidden = false;
	b.addEventListener("click", () => print());
});
all("[data-keys]").forEach((b) => {
	b.hidden = false;
	b.addEventListener("click", showKeys);
});
wireLists();
showLetters();
document.addEventListener("keydown", onKey);
document.addEventListener("submit", onSubmit);
document.addEventListener("change", onChange);
addEventListener("pageshow", () => all("form[data-sent]").forEach((f) => delete f.dataset.sent));
addEventListener("online", showOffline);
addEventListener("offline", showOffline);
showOffline();
const first = one("[data-focus]");
if (first) first.focus();
