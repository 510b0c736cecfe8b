import type { App } from "#test/support/app.ts";
import { stateTerms } from "#test/support/asking.ts";
import { aDataSource, aPersona, type Connection, type Persona } from "#test/support/personas.ts";
import { aRecordedSource } from "#test/support/recorded-source.ts";
import { unique } from "#test/support/records.ts";
import { stateMember } from "#test/support/state-member.ts";
import type { Cast } from "./personas.ts";

/** A data source of the table's world, with what stands below it. */
export interface PlacedSource {
  readonly id: string;
  readonly name: string;
  readonly schema: string;
  readonly memberId: string;
  readonly queryId: string;
  /** By somebody who is in no column, with a reply of theirs. */
  readonly threadId: string;
  readonly replyId: string;
}

/** Those who stand beside the columns. */
export interface Others {
  /** Every permission, an owner of everything. */
  readonly maker: Persona;
  /** An expert of the data sources, without permissions. */
  readonly bystander: Persona;
}

const idOf = ({ user: { id } }: Persona) => ({ type: "user", id }) as const;

/** A data source over a real table, with a member in each role, a thread, a query and two versions of its documentation. */
export async function aPeopledSource(
  app: App,
  cast: Cast,
  { maker, bystander }: Others,
  connection: Connection,
): Promise<PlacedSource> {
  const name = unique("ledger");
  const source = await aDataSource(maker, connection, { name, tags: ["Shared"], documentation: "first" });
  const params = { dataSourceId: source.id };
  await stateMember(app, source.id, idOf(cast.own), "owner");
  await stateMember(app, source.id, idOf(cast.dis), "owner");
  await stateMember(app, source.id, idOf(cast.exp), "expert");
  await stateMember(app, source.id, idOf(cast.sub), "subscriber");
  await stateMember(app, source.id, idOf(cast.ing), "ingest");
  const { id: memberId } = await stateMember(app, source.id, idOf(bystander), "expert");
  await maker.api.updateDataSource({ params, body: { documentation: "second" } });
  const query = await maker.api.createQuery({ params, body: { name: "Totals", sql: `select '${name}'` } });
  const thread = await bystander.api.createThread({ params, body: { text: `Is ${name} right?` } });
  const reply = await bystander.api.createReply({
    params: { threadId: thread.id },
    body: { text: `It is ${name}.` },
  });
  return {
    id: source.id,
    name,
    schema: source.remote.schema,
    memberId,
    queryId: query.id,
    threadId: thread.id,
    replyId: reply.id,
  };
}

/** What of a data source nobody may be told who may not know of it. */
export type Named = Pick<PlacedSource, "id" | "name" | "schema">;

async function aNamedSource(
  app: App,
  owner: Persona,
  given: Parameters<typeof aRecordedSource>[2] = {},
): Promise<Named & { readonly connectionId: string | null }> {
  const schema = unique("schema");
  const remote = { database: "shop", schema, table: "things", kind: "table" } as const;
  const made = await aRecordedSource(app, owner, { name: unique("ledger"), remote, ...given });
  return { id: made.id, name: made.name, schema, connectionId: made.connectionId };
}

/** Makes a data source one of a technology that tells no columns. */
async function stateDictionary({ store }: App, id: string): Promise<void> {
  const found = (await store.dataSourceHeaders([id])).get(id);
  if (found === undefined) throw new Error(`there is no data source ${id}`);
  const record = { ...found, dictionary: { ...found.dictionary, source: "manual" as const } };
  await store.commit([{ write: "put", kind: "data-source", record }]);
}

/** The data sources of the world. */
export async function theSources(app: App, cast: Cast, others: Others, connection: Connection) {
  const { maker } = others;
  const [plain, findable, disabled] = [
    await aPeopledSource(app, cast, others, connection),
    await aPeopledSource(app, cast, others, connection),
    await aPeopledSource(app, cast, others, connection),
  ];
  await stateTerms(app, plain, { kind: "individual", discoverable: false, approvers: [] });
  await stateTerms(app, findable, {});
  await stateTerms(app, disabled, { kind: "anyone", approvers: [] });
  await maker.api.updateDataSource({
    params: { dataSourceId: disabled.id },
    body: { status: "disabled" },
  });
  const gone = await aPersona(app, { disabled: true });
  const ownerless = await aNamedSource(app, gone);
  const stated = await aNamedSource(app, cast.own);
  await stateDictionary(app, stated.id);
  const askable = await aNamedSource(app, cast.own);
  await stateTerms(app, askable, {});
  const vetted = await aNamedSource(app, maker);
  await stateTerms(app, vetted, { approvers: ["USER_ADMIN", "GOVERNANCE", "AUDIT"] });
  const deleted = await aNamedSource(app, cast.own);
  await cast.own.api.deleteDataSource({ params: { dataSourceId: deleted.id } });
  return { plain, findable, disabled, ownerless, stated, askable, vetted, deleted };
}
export type Sources = Awaited<ReturnType<typeof theSources>>;
