import { beforeEach, describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import {
  aConnection,
  aPersona,
  connectionBody,
  registering,
  type Connection,
} from "#test/support/personas.ts";
import { runSql } from "#test/support/postgres-client.ts";
import { changedSessions } from "#test/support/refresh.ts";
import { unique } from "#test/support/records.ts";
import {
  findingsAtEnd,
  remains,
  waitingCreations,
  whileAsked,
  work,
  type ToldJob,
} from "#test/support/slow-remote.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
let connection: Connection;
let waiting: ReturnType<typeof waitingCreations>;

beforeEach(async () => {
  connection = await aConnection(owner);
  waiting = waitingCreations(app, owner, connection);
});

const ended = ({ id }: Pick<ToldJob, "id">, as = owner) => as.api.getJob({ params: { jobId: id } });

describe("a job that makes a data source", () => {
  it("fails as forbidden where who asked is no registrar of the schema any more", async () => {
    const persona = await aPersona(app, { permissions: registering });
    const { id: memberId } = await owner.api.addConnectionMember({
      params: { connectionId: connection.id },
      body: { principal: { type: "user", id: persona.user.id }, role: "registrar" },
    });
    const { job, name } = await waitingCreations(app, persona, connection)["data-source"]();
    const remove = () =>
      owner.api.removeConnectionMember({ params: { connectionId: connection.id, memberId } });
    expect(await work(app, job, { sessions: whileAsked(app, remove) })).toBe(0);
    expect(await ended(job, persona)).toMatchObject({ state: "failed", error: { code: "forbidden" } });
    expect(await remains(app, name)).toEqual([]);
  });

  it.each(["before", "while"])("fails where its table became one %s it was asked", async (when) => {
    const { job, body, name } = await waiting["data-source"]();
    const take = () =>
      app.call("POST", "/data-sources", { as: owner, body: { ...body, name: unique("quick ") } });
    if (when === "before") await take();
    await work(app, job, { sessions: when === "before" ? app.gateway : whileAsked(app, take) });
    expect(await ended(job)).toMatchObject({ state: "failed", error: { code: "data-source-exists" } });
    expect(await remains(app, name)).toEqual([]);
  });

  it("fails where the table is gone or has too many columns, as a request would be told", async () => {
    const gone = await waiting["data-source"]();
    const { schema } = gone.body as unknown as { schema: string };
    await runSql(`drop table ${schema}.things`);
    await work(app, gone.job);
    expect(await ended(gone.job)).toMatchObject({ state: "failed", error: { code: "table-not-found" } });
    const wide = await waiting["data-source"]();
    const { sessions } = changedSessions(app, (session) => ({
      describe: async (relation) => {
        const described = await session.describe(relation);
        const [column] = described.columns;
        if (column === undefined) throw new Error("there is no column");
        const columns = Array.from({ length: 1601 }, (_, n) => ({ ...column, name: `c${n}` }));
        return { ...described, columns };
      },
    }));
    await work(app, wide.job, { sessions });
    expect(await ended(wide.job)).toMatchObject({ state: "failed", error: { code: "too-many-columns" } });
  });

  it("fails where the connection is gone", async () => {
    const { job } = await waiting["data-source"]();
    await owner.api.deleteConnection({ params: { connectionId: connection.id } });
    await work(app, job);
    expect(await ended(job)).toMatchObject({
      state: "failed",
      error: { code: "not-found" },
    });
  });

  it("asks again where the connection was led elsewhere while it was asked", async () => {
    const { job } = await waiting["data-source"]();
    const params = { connectionId: connection.id };
    const { credentials } = connectionBody();
    const sessions = whileAsked(app, () => owner.api.updateConnection({ params, body: { credentials } }));
    expect(await work(app, job, { sessions })).toBe(1);
    expect(await work(app, job)).toBe(0);
    expect(await ended(job)).toMatchObject({ state: "succeeded", attempts: 2 });
  });

  it("puts its tags on by their ids, and fails where one of them is gone", async () => {
    const [tag, going] = [unique("Tag"), unique("Tag")];
    for (const name of [tag, going]) await governor.api.createTag({ body: { name } });
    const kept = await waiting["data-source"]({ tags: [tag] });
    const renamed = unique("Renamed");
    await governor.api.updateTag({ params: { name: tag }, body: { name: renamed } });
    await work(app, kept.job);
    const { result } = await ended(kept.job);
    const made = await owner.api.getDataSource({ params: { dataSourceId: String(result?.["id"]) } });
    expect(made.tags).toMatchObject([{ name: renamed, appliedBy: owner.user.id }]);
    const lost = await waiting["data-source"]({ tags: [going] });
    await governor.api.deleteTag({ params: { name: going } });
    await work(app, lost.job);
    expect(await ended(lost.job)).toMatchObject({ state: "failed", error: { code: "tag-not-found" } });
  });

  it("lets the checks of what it made go, in the same line", async () => {
    const { job } = await waiting["data-source"]();
    await work(app, job);
    const dataSourceId = String((await ended(job)).result?.["id"]);
    const { items } = await owner.api.listJobs({ query: { dataSourceId } });
    expect(items).toMatchObject([{ type: "health-check" }]);
    expect(app.outbox.jobIds).toContain(items[0]?.id);
  });
});

it("leaves a sound table", async () => {
  expect(await findingsAtEnd(app)).toEqual([]);
});
