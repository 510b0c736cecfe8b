import { describe, expect, it } from "vitest";
import { DirectoryReadError } from "#core/ports/ldap-directory.ts";
import { failingAt, killedAt, type Broken, type Counting } from "#test/support/broken-steps.ts";
import { anAppWithDirectories, somebody, team } from "#test/support/directories.ts";
import { interrupted } from "#test/support/interrupted-client.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aPersona } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";

const { app, admin, directories, aDirectory } = await anAppWithDirectories();
const { api } = admin;
const minute = 60_000;
const at = (department: string) => ({ values: { departmentNumber: [department] } });

/** A directory of two people in a group; then one of them goes, one changes and somebody comes. */
async function aChange() {
  const directory = await aDirectory();
  const [sales, growth] = [unique("Sales "), unique("Growth ")];
  directory.holds(somebody("stays", at("A")), somebody("goes"), team(sales, "stays", "goes"));
  await directory.sync();
  directory.holds(somebody("stays", at("B")), somebody("comes"), team(growth, "stays", "comes"));
  const standing = async (uid: string) => {
    const { disabled, groups } = await directory.person(uid);
    return [disabled, ...groups.map(({ name }) => name)];
  };
  return {
    directory,
    params: { providerId: directory.providerId },
    expectDone: async () => {
      expect(await directory.said("stays")).toMatchObject({ attributes: { Department: ["B"] } });
      expect([await standing("stays"), await standing("comes")]).toEqual([
        [false, growth],
        [false, growth],
      ]);
      expect(await standing("goes")).toEqual([true]);
    },
  };
}

/** Whoever died is replaced: the message comes again, and the sweep runs each minute. */
async function repair(directory: Awaited<ReturnType<typeof aDirectory>>, jobId: string): Promise<void> {
  for (let round = 0; round < 3 && (await directory.job(jobId)).state !== "succeeded"; round += 1) {
    app.clock.advance(2 * minute);
    await app.sweep();
    await app.drain();
  }
}

const writes: Counting = (step) => /TransactWrite/.test(step);

describe("a worker", () => {
  it.each([
    ["is killed", killedAt, 1],
    // Steps come in pairs, before and after: each third meets every kind of both.
    ["fails", failingAt, 3],
  ] as const)(
    "that %s at any write leaves a sync that comes to its end all the same",
    async (_, breaking: (step: number, counts: Counting) => Broken, stride) => {
      for (let step = 1; ; step += stride) {
        const { directory, expectDone } = await aChange();
        const jobId = await directory.ask();
        const broken = breaking(step, writes);
        await app.outbox.deliver(app.worker({ breaker: broken.breaker }), app.outbox.take(jobId));
        await repair(directory, jobId);
        await expectDone();
        if (broken.at === null) break;
        expect(step).toBeLessThan(20);
      }
      await expectSound(app);
    },
  );

  it("whose job is in other hands meanwhile writes nothing more", async () => {
    const { directory, expectDone } = await aChange();
    const jobId = await directory.ask();
    const message = app.outbox.take(jobId);
    const { client, happened } = interrupted(1, async () => {
      app.clock.advance(3 * minute);
      await app.outbox.deliver(app.worker(), structuredClone(message));
    });
    await app.outbox.deliver(app.worker({ client }), message);
    client.destroy();
    expect([happened(), (await directory.job(jobId)).state]).toEqual([true, "succeeded"]);
    await app.drain();
    await expectDone();
  });
});

describe("a directory that breaks off", () => {
  it("anywhere changes nothing; the next attempt reads it anew", async () => {
    const { directory, expectDone } = await aChange();
    const before = await directory.said("stays");
    for (const entries of [1, 2, 3]) {
      directories.meanwhile.set(entries, () => Promise.reject(new DirectoryReadError("it broke off", true)));
      const jobId = await directory.ask();
      await app.outbox.deliver(app.worker(), app.outbox.take(jobId));
      directories.meanwhile.clear();
      expect([await directory.said("stays"), (await directory.person("goes")).disabled]).toEqual([
        before,
        false,
      ]);
      expect(await directory.userId("comes")).toBe("nobody is comes");
      await api.cancelJob({ params: { jobId } });
      await app.drain();
    }
    expect(await directory.sync()).toMatchObject({ state: "succeeded" });
    await expectDone();
  });
});

/** Does something just before each second write of a sync in turn, with a change of its own for each. */
async function beforeEachWrite(
  act: (change: Awaited<ReturnType<typeof aChange>>) => Promise<unknown>,
  check: (change: Awaited<ReturnType<typeof aChange>>, state: string) => Promise<void>,
): Promise<void> {
  for (let number = 1; ; number += 2) {
    const change = await aChange();
    const { client, happened } = interrupted(number, () => act(change));
    const { state } = await change.directory.sync({ client });
    client.destroy();
    if (!happened()) break;
    await check(change, state);
  }
}

describe("while a directory is synced", () => {
  it("a change of its provider is kept, and the sync begins again", async () => {
    await beforeEachWrite(
      ({ params }) => api.updateIdentityProvider({ params, body: { name: "Renamed" } }),
      async ({ params, expectDone }, state) => {
        expect(state).toBe("succeeded");
        expect(await api.getIdentityProvider({ params })).toMatchObject({
          name: "Renamed",
          // What a sync says of itself makes nobody's If-Match fail.
          version: 2,
          syncedAt: app.clock.now().toISOString(),
        });
        await expectDone();
      },
    );
  });

  it("the end of its provider is the end of the sync, and of all that it said", async () => {
    await beforeEachWrite(
      ({ params }) => api.deleteIdentityProvider({ params }),
      async ({ directory }, state) => {
        expect(["failed", "succeeded"]).toContain(state);
        expect(await directory.person("stays")).toMatchObject({ disabled: false, groups: [] });
      },
    );
    await app.sweep();
    await app.drain();
    await expectSound(app);
  });

  it("a person who is deleted is gone; the next sync makes them anew, as somebody else", async () => {
    await beforeEachWrite(
      async ({ directory }) => api.deleteUser({ params: { userId: await directory.userId("stays") } }),
      async ({ directory, expectDone }, state) => {
        expect(state).toBe("succeeded");
        await app.drain();
        await directory.sync();
        await expectDone();
      },
    );
    await expectSound(app);
  });
});

describe("who is known already", () => {
  it("by a token of the issuer whose subjects a directory holds is the same person, and can be deleted", async () => {
    const { directory } = await aChange();
    const userId = await directory.userId("stays");
    const person = await app.store.person(userId);
    if (person === null) throw new Error("nobody is there");
    const [said] = person.facts.providers;
    if (said === undefined) throw new Error("nothing is said");
    // As another provider says it, under the same issuer.
    const other = { ...said, providerId: "idp_other", groups: [] };
    await app.store.commit([
      {
        write: "put",
        kind: "user-facts",
        record: { ...person.facts, providers: [said, other], version: person.facts.version + 1 },
      },
    ]);
    await api.deleteUser({ params: { userId } });
    expect(await directory.userId("stays")).toBe("nobody is stays");
    await app.drain();
    await expectSound(app);
  });
});

describe("the job of a sync", () => {
  it("is for APPLICATION_ADMIN to see, whoever asked for it", async () => {
    const { directory } = await aChange();
    const { id } = await directory.sync();
    const [other, nobody] = [
      await aPersona(app, { permissions: ["APPLICATION_ADMIN"] }),
      await aPersona(app),
    ];
    const ids = async (who: typeof other) =>
      (await who.api.listJobs({ query: { type: ["identity-sync"], limit: 200 } })).items.map((job) => job.id);
    expect([(await ids(other)).includes(id), await ids(nobody)]).toEqual([true, []]);
    await expect(nobody.api.getJob({ params: { jobId: id } })).rejects.toMatchObject({ status: 404 });
  });
});
