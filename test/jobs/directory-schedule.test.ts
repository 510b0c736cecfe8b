import { expect, it } from "vitest";
import { identitySyncs } from "#functions/operations/identity-syncs.ts";
import { anAppWithDirectories, somebody, team } from "#test/support/directories.ts";

const { app, admin, aDirectory } = await anAppWithDirectories();
const { api } = admin;
const hour = 3_600_000;
const look = identitySyncs({ ...app.parts, messages: app.outbox });
const jobs = async () => (await api.listJobs({ query: { type: ["identity-sync"], limit: 200 } })).items;

it("queues a directory's sync at its time, once, and while removals of the one before wait", async () => {
  const directory = await aDirectory();
  directory.holds(somebody("a"), team("x", "a"));
  await look();
  expect(await jobs()).toEqual([]);
  app.clock.advance(hour / 4);
  await look();
  await look();
  expect(await jobs()).toMatchObject([{ state: "queued", createdBy: "system" }]);
  await app.drain();
  directory.holds(team("x", "a"));
  app.clock.advance(hour);
  await look();
  await app.drain();
  expect(await jobs()).toMatchObject([{ state: "awaiting-approval" }, { state: "succeeded" }]);
  app.clock.advance(hour);
  await look();
  await app.drain();
  expect((await jobs()).map(({ state }) => state)).toEqual(["awaiting-approval", "cancelled", "succeeded"]);
  app.clock.advance(hour / 4);
  await look();
  expect(await jobs()).toHaveLength(3);
});

it("fails where a directory has not been read for 20 hours, and says which", async () => {
  const directory = await aDirectory();
  await directory.sync();
  await look();
  app.clock.advance(20 * hour);
  await expect(look()).rejects.toThrow("2 are late");
  expect(app.log.lines).toContainEqual(
    expect.objectContaining({
      fields: expect.objectContaining({ providerId: directory.providerId }) as unknown,
    }),
  );
});
