#!/usr/bin/env node
// run.mjs PROGRAM SOURCE: installs the validators and runs openapi_test.mjs. Ends in "N passed, N failed".
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

execFileSync(fileURLToPath(new URL("../../scripts/npm-ci", import.meta.url)), ["tests/openapi"], { stdio: "inherit" });
await import("./openapi_test.mjs");
