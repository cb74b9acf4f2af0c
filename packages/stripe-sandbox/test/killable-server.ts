import { createStripeSandbox, listen } from "../src/index.ts";

/** A program of its own, for a test that kills it: serves the journal given, and prints its port. */
const [, , journalPath = ""] = process.argv;
const { port } = await listen(createStripeSandbox({ journalPath }), { port: 0 });
console.log(port);
