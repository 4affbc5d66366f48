#!/usr/bin/env node
// run.mjs NAME PROGRAM SOURCE BUILD [OPTION]: installs what the browser tests need and runs NAME_test.mjs. Pictures of every page seen
// stand in BUILD/tests/browser/shots/NAME. Ends in "N passed, N failed".
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

execFileSync(fileURLToPath(new URL("../../scripts/npm-ci", import.meta.url)), ["tests/browser"], { stdio: "inherit" });
await import(`./${process.argv[2]}_test.mjs`);
