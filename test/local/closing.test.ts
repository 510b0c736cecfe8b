import { describe, expect, it } from "vitest";
import { Closing, patiently } from "#local/closing.ts";

describe("the end", () => {
  it("comes in order, whatever the order of the beginnings: requests, jobs, table, warehouse, directory", async () => {
    const closing = new Closing();
    const ended: string[] = [];
    for (const phase of ["directory", "table", "warehouse", "intake", "work", "sample"] as const) {
      closing.on(phase, () => void ended.push(phase));
    }
    await closing.end();
    expect(ended).toEqual(["sample", "intake", "work", "table", "warehouse", "directory"]);
  });

  it("waits for one phase before the next begins", async () => {
    const closing = new Closing();
    const ended: string[] = [];
    const { promise: work, resolve } = Promise.withResolvers<void>();
    closing.on("work", () => work);
    closing.on("table", () => void ended.push("table"));
    const ending = closing.end();
    await Promise.resolve();
    expect(ended).toEqual([]);
    resolve();
    await ending;
    expect(ended).toEqual(["table"]);
  });

  it("comes once, however often it is asked for", async () => {
    const closing = new Closing();
    let ended = 0;
    closing.on("work", () => void (ended += 1));
    await Promise.all([closing.end(), closing.end()]);
    expect([ended, closing.begun]).toEqual([1, true]);
  });

  it("is not held up by what cannot be ended", async () => {
    const closing = new Closing();
    const ended: string[] = [];
    closing.on("work", () => Promise.reject(new Error("stuck")));
    closing.on("work", () => {
      throw new Error("stuck");
    });
    closing.on("directory", () => void ended.push("directory"));
    await closing.end();
    expect(ended).toEqual(["directory"]);
  });

  it("takes at once what begins after it", async () => {
    const closing = new Closing();
    await closing.end();
    let ended = false;
    closing.on("table", () => {
      ended = true;
    });
    expect(ended).toBe(true);
  });

  it("does not wait longer than it said it would", async () => {
    const never = new Promise<void>(() => {});
    await expect(patiently(never, 1)).resolves.toBeUndefined();
  });
});
