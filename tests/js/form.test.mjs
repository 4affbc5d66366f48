// web/js/form.js reads typed values as src/form/check.c does.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../../", import.meta.url));
if (!existsSync(source + "web/node_modules/json-logic-js") && !existsSync(source + "node_modules/json-logic-js")) process.exit(77);
const { clean, object } = await import(source + "web/js/form.js");
const cases = [
  ["money", "1.200.000 đ", 1200000], ["money", "1 200 000", 1200000], ["number", "1,5", 1.5], ["number", "1.5", 1.5], ["number", "1.500", 1500],
  ["integer", "1.5", undefined], ["money", "1.5", undefined], ["money", "1.20.000", undefined], ["money", "12.0000", undefined], ["integer", "1,5", undefined],
  ["money", "1.200.00", undefined], ["integer", "1200.000", undefined], ["integer", "0.500", undefined], ["number", "0.500", 0.5], ["integer", "1.200", 1200],
  ["number", "1.200,5", 1200.5], ["number", "1,200.5", undefined], ["number", "1.2.3", undefined], ["number", ",5", undefined], ["number", "5,", undefined],
  ["year", "2.020", undefined], ["year", "2020", 2020], ["integer", "1 200.000", undefined], ["integer", "1..200", undefined], ["integer", "-1.200", -1200],
  ["integer", "12.", undefined], ["integer", ".123", undefined], ["integer", "--1", undefined], ["integer", "1e3", undefined], ["money", "1.200.000đ", 1200000],
  ["integer", "x", undefined], ["integer", "-3", -3], ["date", "5/1/2026", "2026-01-05"], ["date", "2026-01-05", "2026-01-05"],
  ["yesno", "co", true], ["yesno", "khong", false], ["yesno", "?", undefined], ["text", "", undefined], ["text", "Sở", "Sở"],
];
const wrong = cases.filter(([kind, typed, want]) => clean(kind, typed) !== want);
for (const [kind, typed, want] of wrong) console.log(kind, typed, clean(kind, typed), "not", want);
// Rows: a gap in the numbers loses none, blank rows do not count, fixed rows keep their place.
const box = (values) => ({ querySelectorAll: () => Object.entries(values).map(([name, value]) => ({ name, value, type: "text" })) });
const table = (more) => [{ key: "r", kind: "rows", columns: [{ key: "a", kind: "text" }, { key: "n", kind: "integer" }], ...more }];
const pages = [
  [table(), { "r.0.a": "một", "r.2.a": "ba", "r.10.n": "1.200" }, { r: [{ a: "một" }, { a: "ba" }, { n: 1200 }] }],
  [table(), { "r.0.a": "", "r.1.a": " ", "r.2.a": "ba" }, { r: [{ a: "ba" }] }],
  [table({ fixed_rows: ["x", "y"] }), { "r.0.a": "", "r.1.a": "hai", "r.2.a": "" }, { r: [{}, { a: "hai" }] }],
  [table(), { "r.0.a": "", "rr.1.a": "x" }, {}],
];
for (const [fields, values, want] of pages) {
  const got = JSON.stringify(object(box(values), fields, ""));
  cases.push(got);
  if (got !== JSON.stringify(want)) wrong.push(console.log(got, "not", JSON.stringify(want)));
}
// Keys that JavaScript takes for something else are keys like others, and no object of the page changes.
for (const key of ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"]) {
  const part = [{ key, fields: [{ key: "polluted", kind: "text" }] }];
  const got = object(box({ [`${key}.polluted`]: "x", [`r.0.${key}.polluted`]: "y" }), [...part, { key: "r", kind: "rows", columns: part }], "");
  cases.push(key);
  const inner = Object.getOwnPropertyDescriptor(got, key)?.value, row = Object.getOwnPropertyDescriptor(got.r?.[0] ?? {}, key)?.value;
  if (inner?.polluted !== "x" || row?.polluted !== "y" || {}.polluted !== undefined || Object.polluted !== undefined || Function.prototype.polluted !== undefined) wrong.push(console.log("key", key, inner, row));
}
console.log(`${cases.length - wrong.length} passed, ${wrong.length} failed`);
process.exit(wrong.length ? 1 : 0);
