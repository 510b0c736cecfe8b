import { describe, expect, it } from "vitest";
import { rootSecret } from "#adapters/secrets/root-secret.ts";
import { waitSeconds } from "#adapters/sqs/show-again.ts";
import { maxDeliveries } from "#contracts/messages.ts";

describe("a failed message", () => {
  it("waits a little longer each time, and not at all before the dead letters", () => {
    expect(maxDeliveries).toBe(3);
    expect([1, 2, 3, 4].map(waitSeconds)).toEqual([5, 20, 0, 0]);
  });
});

describe("the root secret", () => {
  it("is read once", async () => {
    const asked: string[] = [];
    const root = rootSecret({
      get: (ref) => {
        asked.push(ref);
        return Promise.resolve({ key: "long and random" });
      },
    });
    expect(await root()).toBe("long and random");
    expect(await root()).toBe("long and random");
    expect(asked).toEqual(["root"]);
  });

  it("is asked for again after a read that failed", async () => {
    const answers = [
      () => Promise.reject(new Error("throttled")),
      () => Promise.resolve(null),
      () => Promise.resolve({ key: "there" }),
    ];
    const root = rootSecret({ get: () => answers.shift()?.() ?? Promise.resolve(null) });
    await expect(root()).rejects.toThrow("throttled");
    await expect(root()).rejects.toMatchObject({ code: "unavailable" });
    expect(await root()).toBe("there");
  });
});
