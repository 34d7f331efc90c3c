// Runs checks of the module named first: a list of [check, …arguments] comes in, the list of their steps goes out.
import { readFileSync } from "node:fs";

const checks = await import(process.argv[2]);
const wanted = JSON.parse(readFileSync(0, "utf8"));
const done = [];
for (const [name, ...given] of wanted) done.push(await checks[name](...given.map((one) => one ?? undefined)));
process.stdout.write(JSON.stringify(done));
