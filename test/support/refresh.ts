import { DomainError } from "#core/errors/domain-error.ts";
import { automaticChecks, type RunnableCheck } from "#core/health/health-job.ts";
import { refreshJob } from "#core/health/refresh-job.ts";
import type { RemoteSession, RemoteSessions } from "#core/ports/remote.ts";
import type { App } from "./app.ts";
import { aConnection, aDataSource, type Connection, type DataSource, type Persona } from "./personas.ts";
import { runSql, uniqueName } from "./postgres-client.ts";
import { asUser } from "./records.ts";

/** Queues one refresh of many data sources of a connection, as bulk work and the night do, and lets it go. */
export async function aRefresh(
  app: App,
  owner: Persona,
  { id, name }: Pick<Connection, "id" | "name">,
  sources: readonly Pick<DataSource, "id">[],
  checks: readonly RunnableCheck[] = automaticChecks,
): Promise<string> {
  const asked = { by: owner.user.id, at: app.clock.now(), correlationId: "refresh" };
  const job = refreshJob(
    app.ids,
    { id, name },
    sources.map((source) => source.id),
    checks,
    asked,
  );
  await app.store.commit([{ write: "enqueue", job }]);
  for (const admitted of await app.store.admit(id, 4, app.clock.now())) {
    await app.outbox.send({ jobId: admitted.id, correlationId: "refresh" });
  }
  return job.id;
}

/** Cancels the jobs that data sources have of their own since their creation, and which bulk work does not make. */
export async function withoutOwnJobs(
  app: App,
  owner: Persona,
  sources: readonly Pick<DataSource, "id">[],
): Promise<void> {
  for (const { id } of sources) {
    for (const job of (await owner.api.listJobs({ query: { dataSourceId: id } })).items) {
      await owner.api.cancelJob({ params: { jobId: job.id } });
    }
  }
  app.outbox.lose();
}

/** A connection of its own with data sources over tables of 1, 2, 3 … rows, none of them measured yet. */
export async function unmeasured(app: App, owner: Persona, count: number) {
  const connection = await aConnection(owner);
  const schema = uniqueName("many");
  const numbers = Array.from({ length: count }, (_, n) => n);
  await runSql(
    `create schema ${schema}`,
    ...numbers.map(
      (n) => `create table ${schema}.t${n} as select g as id from generate_series(1, ${n + 1}) g`,
    ),
  );
  const sources: DataSource[] = [];
  for (const n of numbers) {
    sources.push(await aDataSource(owner, connection, { schema, table: `t${n}` }));
  }
  await withoutOwnJobs(app, owner, sources);
  return { connection, schema, sources };
}

/** Sessions of which some questions are answered otherwise; counts how many were opened. */
export function changedSessions(
  app: App,
  change: (session: RemoteSession) => Partial<RemoteSession> = () => ({}),
  onOpen: (opened: number) => void = () => {},
) {
  let opened = 0;
  const sessions: RemoteSessions = {
    withSession: (target, budget, work) => {
      opened += 1;
      onOpen(opened);
      return app.gateway.withSession(target, budget, (session) =>
        work(Object.assign(Object.create(session) as RemoteSession, change(session))),
      );
    },
  };
  return { sessions, opened: () => opened };
}

/** Data sources like one, by their records alone, waiting for their checks. */
export async function copies(
  app: App,
  owner: Persona,
  template: DataSource,
  count: number,
  connectionId?: string,
): Promise<readonly { readonly id: string }[]> {
  const view = await app.store.dictionary(template.id);
  const health = (await app.store.dataSource(template.id, asUser(owner.user.id)))?.health;
  if (view === null || health === undefined) throw new Error("it is gone");
  const made: { readonly id: string }[] = [];
  for (let n = 0; n < count; n += 1) {
    const id = app.ids.next("dataSource");
    const { generation } = view.dataSource.dictionary;
    await app.store.stageDictionary(id, generation, view.columns);
    await app.store.commit([
      {
        write: "put",
        kind: "data-source",
        record: { ...view.dataSource, id, name: `${template.name} ${n}` },
      },
      { write: "put", kind: "data-source-health", record: { ...health, dataSourceId: id } },
      ...(connectionId === undefined
        ? []
        : [
            {
              write: "claim" as const,
              guard: {
                guard: "relation" as const,
                place: connectionId,
                schema: template.remote.schema,
                table: `copy ${n}`,
              },
              owner: id,
              otherwise: new DomainError("contention"),
            },
          ]),
      {
        write: "put",
        kind: "data-source-member",
        record: {
          id: app.ids.next("member"),
          dataSourceId: id,
          principal: { type: "user", id: owner.user.id },
          role: "owner",
          expiresAt: null,
          addedBy: owner.user.id,
          addedAt: app.clock.now().toISOString(),
        },
      },
    ]);
    made.push({ id });
  }
  return made;
}
