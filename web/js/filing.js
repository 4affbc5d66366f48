// filing.js — comfort while filing. All of it works without: pages are saved by their buttons, files are sent in one piece.
//
// form[data-autosave="URL"]  what is typed is kept a moment later (PATCH); [data-saved] says so.
// form[data-upload="URL"]    a file goes in pieces and goes on after a cut; [data-progress] says how far it is.
import "./form.js";

const PIECE = 1024 * 1024;
const words = document.documentElement.lang === "en"
  ? { saved: "Saved", waiting: "Not saved yet; trying again", sent: (p) => `${p}% sent`, again: "Connection lost; going on by itself", failed: "The file was not taken." }
  : { saved: "Đã lưu", waiting: "Chưa lưu được; đang thử lại", sent: (p) => `Đã gửi ${p}%`, again: "Mất kết nối; sẽ tự gửi tiếp", failed: "Tệp không được nhận." };

const token = (form) => form.querySelector("input[name=_csrf]")?.value ?? "";
const wait = (ms) => new Promise((go) => setTimeout(go, ms));

function autosave(form) {
  const line = form.querySelector("[data-saved]");
  let timer = 0, busy = false, dirty = false;
  const say = (text) => { if (line) line.textContent = text; };
  async function save() {
    if (busy) return;
    busy = true;
    dirty = false;
    const body = new URLSearchParams(new FormData(form));
    body.delete("_action"); // of the button; each saving is one of its own
    try {
      const answer = await fetch(form.dataset.autosave, { method: "PATCH", body, headers: { "X-CSRF-Token": token(form) } });
      if (answer.ok) say(words.saved);
      else if (answer.status >= 500) throw new Error(String(answer.status));
    } catch {
      say(words.waiting);
      dirty = true;
    }
    busy = false;
    if (dirty) plan(5000);
  }
  function plan(ms) {
    clearTimeout(timer);
    timer = setTimeout(save, ms);
  }
  form.addEventListener("input", () => {
    dirty = true;
    plan(1500);
  });
}

async function offset(url) {
  const answer = await fetch(url, { method: "HEAD", cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  return Number(answer.headers.get("Upload-Offset"));
}

async function problem(answer) {
  try {
    const p = await answer.json();
    return p.errors?.[0]?.detail ?? p.detail ?? "";
  } catch {
    return "";
  }
}

// One after the other; a lost connection asks how far it is and goes on.
async function sendPieces(form, file, url, say) {
  let at = 0;
  for (let tries = 0; at < file.size;) {
    try {
      const answer = await fetch(url, { method: "PATCH", body: file.slice(at, at + PIECE), headers: {
        "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(at), "X-CSRF-Token": token(form) } });
      if (answer.status === 422) return await problem(answer) || words.failed;
      if (!answer.ok) throw new Error(String(answer.status));
      at = Number(answer.headers.get("Upload-Offset"));
      tries = 0;
      say(words.sent(Math.floor(100 * at / file.size)));
    } catch {
      if (++tries > 20) return words.failed;
      say(words.again);
      await wait(Math.min(30000, 500 * 2 ** tries));
      at = await offset(url).catch(() => at);
    }
  }
  return "";
}

async function upload(form, file, say) {
  const start = await fetch(form.dataset.upload, { method: "POST", body: JSON.stringify({ slot: Number(form.dataset.slot), name: file.name, size: file.size }),
    headers: { "Content-Type": "application/json", "X-CSRF-Token": token(form) } });
  if (!start.ok) return await problem(start) || words.failed;
  const made = await start.json();
  return sendPieces(form, file, made.url, say);
}

function pieces(form) {
  const input = form.querySelector("input[type=file]"), line = form.querySelector("[data-progress]");
  const say = (text) => { if (line) line.textContent = text; };
  form.addEventListener("submit", async (e) => {
    const file = input?.files?.[0];
    if (!file || file.size < PIECE) return; // small: the ordinary way
    e.preventDefault();
    const wrong = await upload(form, file, say).catch(() => words.failed);
    if (wrong) say(wrong);
    else location.reload();
  });
}

document.querySelectorAll("form[data-autosave]").forEach(autosave);
document.querySelectorAll("form[data-upload]").forEach(pieces);
