// Our own operators for json-logic-js; the same as src/core/logic (docs/guide/logic.md).
import jsonLogic from "json-logic-js";

let root = null;

function day(text) {
  const m = typeof text === "string" && /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!m || m[1] === "0000") return null;
  const at = new Date(0);
  at.setUTCFullYear(+m[1], +m[2] - 1, +m[3]);
  return at.toISOString().slice(0, 10) === text ? { y: +m[1], m: +m[2], d: +m[3], n: at.getTime() / 864e5 } : null;
}

function months(x, y) {
  const n = (y.y - x.y) * 12 + y.m - x.m;
  return n > 0 && y.d < x.d ? n - 1 : n < 0 && y.d > x.d ? n + 1 : n;
}

jsonLogic.add_operation("today", () => jsonLogic.apply({ var: "today" }, root));
jsonLogic.add_operation("date_diff", (from, to, unit) => {
  const x = day(from), y = day(to);
  if (!x || !y) return null;
  if (typeof unit !== "string" || unit === "days") return y.n - x.n;
  return unit === "months" ? months(x, y) : unit === "years" ? Math.trunc(months(x, y) / 12) : null;
});
jsonLogic.add_operation("len", (v) => (typeof v === "string" ? [...v].length : Array.isArray(v) ? v.length : 0));
jsonLogic.add_operation("round", (v, digits) => {
  const x = Number(v), d = digits === undefined ? 0 : Math.trunc(Number(digits));
  const scale = Number(digits) >= 0 && Number(digits) <= 6 ? 10 ** d : 1;
  return Number.isFinite(x) ? (Math.sign(x) || 1) * (Math.floor(Math.abs(x) * scale + 0.5) / scale) : x;
});
jsonLogic.add_operation("sum", function (list, path) {
  if (!Array.isArray(list)) return 0;
  const given = arguments.length > 1;
  return list.reduce((total, item) => {
    const x = Number(given ? jsonLogic.apply({ var: [path] }, item) : item);
    return total + (Number.isFinite(x) ? x : 0);
  }, 0);
});

// The answer of a rule for the data; `today` is a member of the data.
export function logic(rule, data) {
  root = data;
  return jsonLogic.apply(rule, data);
}

export const truthy = jsonLogic.truthy;
