import { describe, expect, it } from "vitest";
import { anAppWithDirectories, somebody, team } from "#test/support/directories.ts";
import { expectSound } from "#test/support/invariants.ts";

const { app, admin, aDirectory } = await anAppWithDirectories();
const hour = 3_600_000;
const uids = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `u${from + n}`);
const people = (from: number, to: number) => uids(from, to).map((uid) => somebody(uid));
const all = uids(0, 20);

/** Twenty people, of whom a sync then finds eleven. */
async function aHeldSync() {
  const directory = await aDirectory();
  directory.holds(...people(0, 20), team("everybody", ...all));
  expect(await directory.sync()).toMatchObject({ state: "succeeded", result: { created: 20 } });
  directory.holds(...people(0, 11), team("everybody", ...all));
  app.clock.advance(hour);
  const job = await directory.sync();
  expect(job).toMatchObject({ state: "awaiting-approval", result: { removed: 0, held: { removes: 9 } } });
  return { directory, jobId: job.id };
}

describe("removals that wait for a person", () => {
  it("keep nobody else from staying fresh; those who wait lapse a day after they were last found, and stay", async () => {
    const { directory } = await aHeldSync();
    app.clock.advance(22 * hour);
    expect(await directory.sync()).toMatchObject({ state: "awaiting-approval" });
    expect(await directory.said("u12")).toMatchObject({ lapsed: false, disabled: false });
    app.clock.advance(2 * hour);
    expect(await directory.said("u12")).toMatchObject({ lapsed: true, disabled: false });
    expect(await directory.person("u12")).toMatchObject({ disabled: false, groups: [] });
    expect(await directory.person("u3")).toMatchObject({ groups: [{ name: "everybody" }] });
    directory.holds(...people(0, 20), team("everybody", ...all));
    expect(await directory.sync()).toMatchObject({ state: "succeeded", result: { changed: 9, removed: 0 } });
    expect(await directory.person("u12")).toMatchObject({ groups: [{ name: "everybody" }] });
    await expectSound(app);
  });

  it("are let go as they were shown; who went since then waits anew", async () => {
    const { directory, jobId } = await aHeldSync();
    directory.holds(...people(0, 2), team("everybody", ...all));
    await admin.api.approveJob({ params: { jobId } });
    await app.drain();
    expect(await directory.job(jobId)).toMatchObject({
      state: "awaiting-approval",
      result: { removed: 9, held: { removes: 9 } },
    });
    expect([(await directory.person("u12")).disabled, (await directory.person("u5")).disabled]).toEqual([
      true,
      false,
    ]);
    await admin.api.approveJob({ params: { jobId } });
    await app.drain();
    expect(await directory.job(jobId)).toMatchObject({
      state: "succeeded",
      result: { removed: 9, held: null },
    });
    expect((await directory.person("u5")).disabled).toBe(true);
  });

  it("that nobody let go stay, though the job that holds them was approved before and is tried again", async () => {
    const { directory, jobId } = await aHeldSync();
    directory.holds(...people(0, 2), team("everybody", ...all));
    app.clock.advance(1000);
    await admin.api.approveJob({ params: { jobId } });
    await app.drain();
    await admin.api.cancelJob({ params: { jobId } });
    await admin.api.retryJob({ params: { jobId } });
    await app.drain();
    expect(await directory.job(jobId)).toMatchObject({
      state: "awaiting-approval",
      result: { held: { removes: 9 } },
    });
    expect([(await directory.person("u12")).disabled, (await directory.person("u5")).disabled]).toEqual([
      true,
      false,
    ]);
  });

  it("wait in the last sync alone: what waited before is cancelled", async () => {
    const { directory, jobId } = await aHeldSync();
    const { id } = await directory.sync();
    expect(await directory.job(jobId)).toMatchObject({ state: "cancelled" });
    expect(await directory.job(id)).toMatchObject({ state: "awaiting-approval" });
    await expect(admin.api.approveJob({ params: { jobId } })).rejects.toMatchObject({ code: "job-state" });
  });

  it("let nobody in whose account is off: they lose everything at once", async () => {
    const { directory } = await aHeldSync();
    directory.holds(somebody("u0", { disabled: true }), ...people(1, 11), team("everybody", ...all));
    expect(await directory.sync()).toMatchObject({ state: "awaiting-approval", result: { changed: 1 } });
    expect((await directory.person("u0")).disabled).toBe(true);
  });
});

describe("a directory that shows nothing", () => {
  it("of people removes nobody, however few they are", async () => {
    const directory = await aDirectory();
    directory.holds(somebody("a"), team("x", "a"));
    await directory.sync();
    directory.holds(team("x", "a"));
    expect(await directory.sync()).toMatchObject({ state: "awaiting-approval" });
    expect((await directory.person("a")).disabled).toBe(false);
  });

  it("of groups takes nobody out of theirs", async () => {
    const directory = await aDirectory();
    directory.holds(somebody("a"), team("y", "a"));
    await directory.sync();
    directory.holds(somebody("a"), somebody("b"));
    expect(await directory.sync()).toMatchObject({
      state: "failed",
      attempts: 1,
      error: { code: "identity-provider-unreachable" },
    });
    expect(await directory.said("a")).toMatchObject({ groups: ["y"] });
    await admin.api.updateIdentityProvider({
      params: { providerId: directory.providerId },
      body: { groupBase: null },
    });
    expect(await directory.sync()).toMatchObject({ state: "succeeded", result: { created: 1, changed: 1 } });
    expect(await directory.said("a")).toMatchObject({ groups: [] });
  });
});

describe("a provider that goes", () => {
  it("takes with it all that it said: that an account is off, too", async () => {
    const directory = await aDirectory();
    directory.holds(somebody("a", { disabled: true }), team("z", "a"));
    await directory.sync();
    const userId = await directory.userId("a");
    const off = async () =>
      (await admin.api.listUsers({ query: { disabled: "true", limit: 200 } })).items.map(({ id }) => id);
    expect(await off()).toContain(userId);
    await admin.api.deleteIdentityProvider({ params: { providerId: directory.providerId } });
    expect(await admin.api.getUser({ params: { userId } })).toMatchObject({ disabled: false, groups: [] });
    expect(await off()).not.toContain(userId);
    await admin.api.deleteUser({ params: { userId } });
    await app.drain();
    await app.sweep();
    await app.drain();
    await expectSound(app);
  });
});
