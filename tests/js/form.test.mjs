// web/js/form.js reads typed values as src/form/check.c does.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../../", import.meta.url));
if (!existsSync(source + "web/node_modules/json-logic-js") && !existsSync(source + "node_modules/json-logic-js")) process.exit(77);
const { clean } = await import(source + "web/js/form.js");
const cases = [
  ["money", "1.200.000 đ", 1200000], ["money", "1 200 000", 1200000], ["number", "1,5", 1.5], ["number", "1.5", 1.5], ["number", "1.500", 1500],
  ["integer", "x", undefined], ["integer", "-3", -3], ["date", "5/1/2026", "2026-01-05"], ["date", "2026-01-05", "2026-01-05"],
  ["yesno", "co", true], ["yesno", "khong", false], ["yesno", "?", undefined], ["text", "", undefined], ["text", "Sở", "Sở"],
];
const wrong = cases.filter(([kind, typed, want]) => clean(kind, typed) !== want);
for (const [kind, typed, want] of wrong) console.log(kind, typed, clean(kind, typed), "not", want);
console.log(`${cases.length - wrong.length} passed, ${wrong.length} failed`);
process.exit(wrong.length ? 1 : 0);
