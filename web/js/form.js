// Comfort for forms made from packs: shows and hides, computes and checks while one types, by the rules the server decides by.
// <form data-form-url="…/form"> names the public description; a field's block is [data-field="name"] (rows.0.ten) with its
// controls inside, [data-computed] for what is computed, and .form-error[id] for its error. Without this file the form works too.
import { logic, truthy } from "./logic.js";

const text = (box, name) => {
  const all = [...box.querySelectorAll("[name]")].filter((x) => x.name === name);
  const radio = all.find((x) => x.type === "radio");
  if (radio) return all.find((x) => x.checked)?.value ?? "";
  const one = all.find((x) => x.type !== "hidden") ?? all[0];
  return one ? (one.type === "checkbox" ? (one.checked ? one.value : "") : one.value.trim().normalize("NFC")) : undefined;
};

// The clean value of one typed text, as src/form/check.c reads it; undefined when it is empty or wrong.
export function clean(kind, typed) {
  if (typed === undefined || typed === "") return undefined;
  if (kind === "yesno") return typed === "co" || typed === "true" ? true : typed === "khong" || typed === "false" ? false : undefined;
  if (kind === "date") {
    const m = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(typed);
    return m ? `${m[3]}-${m[2].padStart(2, "0")}-${m[1].padStart(2, "0")}` : typed;
  }
  if (!["number", "integer", "year", "money"].includes(kind)) return typed;
  return number(kind, typed.replace(/đ$/, "").trim());
}

// Plain digits, or groups of exactly three; a dot is a decimal point only in a number, and only where it cannot group thousands.
const whole = (s) => /^\d+$/.test(s) || /^[1-9]\d{0,2}(\.\d{3})+$/.test(s) || /^[1-9]\d{0,2}( \d{3})+$/.test(s);

function number(kind, s) {
  const minus = s.startsWith("-");
  if (minus) s = s.slice(1);
  let part = "";
  const m = kind !== "number" ? null : s.includes(",") ? /^(.+?),(\d+)$/.exec(s) : whole(s) ? null : /^(\d+)\.(\d+)$/.exec(s);
  if (m) {
    s = m[1];
    part = m[2];
  }
  if (kind === "year" ? !/^\d+$/.test(s) : !whole(s)) return undefined;
  const x = Number(`${s.replace(/[. ]/g, "")}.${part || 0}`);
  return minus && x ? -x : x;
}

// The rows on the page with their numbers: a row taken away leaves a gap.
function numbered(box, field, name) {
  const numbers = new Set();
  for (const x of box.querySelectorAll("[name]")) {
    const m = x.name.startsWith(name + ".") && /^(\d+)\./.exec(x.name.slice(name.length + 1));
    if (m) numbers.add(+m[1]);
  }
  return [...numbers].sort((x, y) => x - y).map((i) => ({ i, row: object(box, field.columns, `${name}.${i}.`) }));
}

const filled = (row) => Object.keys(row).length > 0;

// Blank rows do not count; where rows are fixed their place is their meaning, and only those at the end go.
function rows(box, field, name) {
  const all = numbered(box, field, name).map((x) => x.row);
  if (!field.fixed_rows) return all.filter(filled);
  while (all.length && !filled(all[all.length - 1])) all.pop();
  return all;
}

function value(box, field, name) {
  if (field.kind === "rows") return rows(box, field, name);
  if (field.fields) {
    const part = object(box, field.fields, name + ".");
    return Object.keys(part).length ? part : undefined;
  }
  if (field.kind === "choices") return field.options.map((o) => o.value).filter((v) => text(box, `${name}.${v}`));
  return clean(field.kind, text(box, name));
}

// The answers on the page, as eform_from_fields and eform_check read them. Without a prototype: a key is a key, whatever it is called.
export function object(box, fields, prefix) {
  const out = Object.create(null);
  for (const f of fields) {
    const v = value(box, f, prefix + f.key);
    if (v !== undefined && !(Array.isArray(v) && !v.length)) out[f.key] = v;
  }
  return out;
}

const block = (box, name) => box.querySelector(`[data-field="${CSS.escape(name)}"]`);

function tell(at, message) {
  const line = at.querySelector(":scope > .form-error, .form-error");
  if (!line) return;
  line.textContent = message;
  line.hidden = !message;
  for (const control of at.querySelectorAll("input, select, textarea")) {
    const ids = new Set((control.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
    message ? ids.add(line.id) : ids.delete(line.id);
    ids.size ? control.setAttribute("aria-describedby", [...ids].join(" ")) : control.removeAttribute("aria-describedby");
    message ? control.setAttribute("aria-invalid", "true") : control.removeAttribute("aria-invalid");
  }
}

function apply(box, fields, prefix, data, target, touched) {
  for (const f of fields) {
    const name = prefix + f.key, at = block(box, name);
    const seen = !(f.until && data.today > f.until) && (f.visible === undefined || truthy(logic(f.visible, data)));
    if (!seen) delete target[f.key];
    if (at) {
      at.hidden = !seen;
      for (const control of at.querySelectorAll("input, select, textarea")) control.disabled = !seen;
    }
    if (!seen) continue;
    if (f.kind === "computed") {
      target[f.key] = logic(f.value, data);
      const show = at?.querySelector("[data-computed]");
      if (show) show.textContent = target[f.key] ?? "";
    }
    if (f.kind === "rows")
      for (const x of numbered(box, f, name))
        apply(box, f.columns, `${name}.${x.i}.`, { ...x.row, form: data, today: data.today }, x.row, touched);
    if (f.fields) apply(box, f.fields, name + ".", data, target[f.key] ?? Object.create(null), touched);
    if (at && f.valid !== undefined && touched.has(name.split(".")[0]))
      tell(at, target[f.key] === undefined || truthy(logic(f.valid, data)) ? "" : f.message ?? "");
  }
}

export async function start(box) {
  const answer = await fetch(box.dataset.formUrl, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const form = await answer.json(), touched = new Set();
  const kept = box.dataset.answers ? await (await fetch(box.dataset.answers)).json() : {}; // of other pages
  const fields = form.sections.flatMap((s) => s.fields);
  const run = () => {
    const data = Object.assign(Object.create(null), kept, object(box, fields.filter((f) => block(box, f.key)), ""), { today: box.dataset.today });
    apply(box, fields, "", data, data, touched);
  };
  for (const line of box.querySelectorAll(".form-error")) line.setAttribute("aria-live", "polite");
  box.addEventListener("input", run);
  box.addEventListener("change", (e) => {
    if (e.target.name) touched.add(e.target.name.split(".")[0]);
    run();
  });
  run();
}

if (typeof document !== "undefined") for (const box of document.querySelectorAll("form[data-form-url]")) start(box);
