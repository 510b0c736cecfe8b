import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { changeUser } from "#test/support/members.ts";
import { stateMember } from "#test/support/state-member.ts";
import { aDataSource, aKnownGroup, aPersona, aRegistrar, type Persona } from "#test/support/personas.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const hour = 3_600_000;

/** A data source with a thread and a job, and somebody who is a member of it for an hour. */
async function anHour(as: (persona: Persona, dataSourceId: string, expiresAt: string) => Promise<unknown>) {
  const source = await aDataSource(owner, connection);
  await app.drain();
  const thread = await owner.api.createThread({
    params: { dataSourceId: source.id },
    body: { text: "With or without tax?" },
  });
  const [job] = (await owner.api.listJobs({ query: { dataSourceId: source.id } })).items;
  const persona = await aPersona(app);
  await as(persona, source.id, new Date(app.clock.now().getTime() + hour).toISOString());
  return { source, thread, jobId: job?.id ?? "", persona };
}

/** What is left of a data source to somebody: the status of each single thing, and how many each list holds. */
async function whatIsThere({ source, thread, jobId, persona }: Awaited<ReturnType<typeof anHour>>) {
  const status = async (path: string, method = "GET", body?: object) =>
    (await app.call(method, path, { as: persona, ...(body === undefined ? {} : { body }) })).status;
  const at = `/data-sources/${source.id}`;
  const { technology } = await persona.api.facetsOfDataSources();
  return {
    detail: await status(at),
    dictionary: await status(`${at}/dictionary`),
    queries: await status(`${at}/queries`),
    history: await status(`${at}/statistics/history`),
    members: await status(`${at}/members`),
    policy: await status(`${at}/subscription-policy`),
    threads: await status(`${at}/threads`),
    thread: await status(`/threads/${thread.id}`),
    reply: await status(`/threads/${thread.id}/replies`, "POST", { text: "Without." }),
    job: await status(`/jobs/${jobId}`),
    listed: (await persona.api.listDataSources()).items.length,
    found: (await persona.api.listDataSources({ query: { search: source.name } })).items.length,
    byRole: (await persona.api.listDataSources({ query: { role: ["subscriber", "expert"] } })).items.length,
    counted: Object.values(technology).reduce((sum, count) => sum + count, 0),
    jobs: (await persona.api.listJobs({ query: { dataSourceId: source.id } })).items.length > 0,
  };
}

const everything = {
  ...Object.fromEntries(
    ["detail", "dictionary", "queries", "history", "members", "policy", "threads", "thread", "job"].map(
      (name) => [name, 200],
    ),
  ),
  reply: 201,
  listed: 1,
  found: 1,
  byRole: 1,
  counted: 1,
  jobs: true,
};
const nothing = {
  ...Object.fromEntries(Object.keys(everything).map((name) => [name, 404])),
  listed: 0,
  found: 0,
  byRole: 0,
  counted: 0,
  jobs: false,
};

describe("a role with an end ends everywhere at once, by the clock alone", () => {
  it("where it was given to a user", async () => {
    const scene = await anHour((persona, id, expiresAt) =>
      owner.api.addMember({
        params: { dataSourceId: id },
        body: { principal: { type: "user", id: persona.user.id }, role: "subscriber", expiresAt },
      }),
    );
    app.clock.advance(hour - 1);
    expect(await whatIsThere(scene)).toEqual(everything);
    app.clock.advance(1);
    expect(await whatIsThere(scene)).toEqual(nothing);
    await expectSound(app);
  });

  it("where it was given to a group", async () => {
    const group = await aKnownGroup(app);
    const scene = await anHour(async (persona, id, expiresAt) => {
      await changeUser(app, persona, { groups: [group.id] });
      await owner.api.addMember({
        params: { dataSourceId: id },
        body: { principal: { type: "group", id: group.id }, role: "expert", expiresAt },
      });
    });
    app.clock.advance(hour - 1);
    expect(await whatIsThere(scene)).toEqual(everything);
    app.clock.advance(1);
    expect(await whatIsThere(scene)).toEqual(nothing);
  });

  it("and what a stronger role leaves is the weaker one", async () => {
    const scene = await anHour((persona, id, expiresAt) =>
      stateMember(app, id, { type: "user", id: persona.user.id }, "owner", expiresAt),
    );
    const group = await aKnownGroup(app);
    await changeUser(app, scene.persona, { groups: [group.id] });
    await stateMember(app, scene.source.id, { type: "group", id: group.id }, "subscriber");
    const role = async () => {
      const [summary] = (await scene.persona.api.listDataSources()).items;
      const detail = await scene.persona.api.getDataSource({ params: { dataSourceId: scene.source.id } });
      return [detail.myRole, summary?.myRole];
    };
    expect(await role()).toEqual(["owner", "owner"]);
    app.clock.advance(hour);
    expect(await role()).toEqual(["subscriber", "subscriber"]);
  });
});

describe("what has expired", () => {
  it("goes with the next addition, a few at a time", async () => {
    const source = await aDataSource(owner, connection);
    const past = new Date(app.clock.now().getTime() - 1).toISOString();
    for (let index = 0; index < 7; index += 1) {
      await stateMember(app, source.id, { type: "user", id: (await aPersona(app)).user.id }, "expert", past);
    }
    const group = await aKnownGroup(app);
    await stateMember(app, source.id, { type: "group", id: group.id }, "expert", past);
    const counts = [];
    for (let index = 0; index < 3; index += 1) {
      const { user } = await aPersona(app);
      await owner.api.addMember({
        params: { dataSourceId: source.id },
        body: { principal: { type: "user", id: user.id }, role: "subscriber" },
      });
      counts.push((await app.store.dataSourceMembers(source.id)).members.length);
    }
    // Of nine, each addition takes five away, and there are eight in all.
    expect(counts).toEqual([5, 3, 4]);
    await expectSound(app);
  });
});
