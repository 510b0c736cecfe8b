import { benches } from "./benches.ts";

/** Runs the bench that is named, and hands its figures to the parent. */
const name = process.argv[2] ?? "";
const load = benches.get(name);
if (load === undefined || process.send === undefined) throw new Error("run by main.ts, with a bench's name");
const bench = await load();
await bench((figure) => process.send?.(figure));
process.disconnect();
