// One rule, one answer: each case through json-logic-js with our operators and through the C evaluator.
// Usage: node logic.test.mjs PATH-OF-motcua-logic. Exit 77 (skipped) when json-logic-js is not installed.
import { readFileSync, existsSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { isDeepStrictEqual } from "node:util";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../../", import.meta.url));
if (!existsSync(source + "web/node_modules/json-logic-js") && !existsSync(source + "node_modules/json-logic-js")) {
  console.log("json-logic-js is not installed (npm ci in web/)");
  process.exit(77);
}
const { logic } = await import(source + "web/js/logic.js");

const cases = JSON.parse(readFileSync(source + "tests/fixtures/jsonlogic/compatible.json", "utf8")).filter((c) => typeof c === "object");
// Values of every kind and of every awkward form, each operator over each pair.
const odd = [0, -0.5, 1, 2.5, 1e21, 1e-7, "", " ", "0", "1", "-1.5e3", "0x1F", "1x", "Infinity", "abc", "Đường 🇻🇳", true, false, null,
  [], [0], [1, 2], ["a", null], [[1], []], { a: 1, b: 2 }, "2026-01-31", "2026-02-28", "2024-02-29", "2026-02-30"];
const binary = ["==", "===", "!=", "!==", ">", ">=", "<", "<=", "%", "+", "*", "-", "/", "in", "cat", "min", "max", "merge", "substr",
  "and", "or", "if", "date_diff", "round", "sum", "len", "!", "!!"];
for (const op of binary)
  for (const x of odd) {
    cases.push({ rule: { [op]: [{ var: "x" }] }, data: { x } });
    for (const y of odd) cases.push({ rule: { [op]: [{ var: "x" }, { var: "y" }] }, data: { x, y } });
  }
for (const x of odd)
  for (const y of ["days", "months", "years", "weeks"])
    cases.push({ rule: { date_diff: [{ today: [] }, { var: "x" }, y] }, data: { x, today: "2026-11-24" } });
for (const path of ["", "a", "a.b", "a.0", "a.length", "0", "1.length", "a..b", ".", null, 1, [], "s.2", "s.length"])
  for (const data of [null, {}, { a: [1, 2], s: "tối" }, { a: { b: "x", "": { b: 3 } } }, [5, "sáu"], "chữ", 7])
    cases.push({ rule: { var: [path, "none"] }, data }, { rule: { missing: [path] }, data }, { rule: { missing_some: [1, [path, "zz"]] }, data });
for (let i = 1; i <= 30; i++)
  cases.push({ rule: { cat: [{ var: "" }, "|"] }, data: Math.PI * 10 ** (i - 10) }, { rule: { "/": [i, 7] }, data: null });

const program = spawnSync(process.argv[2], { input: cases.map((c) => JSON.stringify({ rule: c.rule, data: c.data })).join("\n") + "\n", maxBuffer: 1 << 28 });
const answers = program.stdout.toString().trimEnd().split("\n");
let passed = 0, failed = 0;
cases.forEach((c, i) => {
  let want;
  try {
    const v = logic(c.rule, c.data === undefined ? undefined : JSON.parse(JSON.stringify(c.data))); // no shared objects
    want = { result: v === undefined ? null : JSON.parse(JSON.stringify(v)) };
  } catch (e) {
    want = { error: e.message };
  }
  const got = JSON.parse(answers[i] ?? "{}");
  const same = "error" in want ? "error" in got : isDeepStrictEqual(JSON.parse(JSON.stringify(got)), want);
  const expected = !("result" in c) || isDeepStrictEqual(want, { result: c.result });
  if (same && expected) return passed++;
  if (failed++ < 20) console.log(JSON.stringify(c), "js", JSON.stringify(want), "c", answers[i]);
});
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || answers.length !== cases.length || program.status !== 0 ? 1 : 0);
