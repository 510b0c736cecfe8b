import type { RouteId } from "#contracts/http/routes.ts";
import { fixedParts } from "#test/support/composition.ts";
import type { Persona } from "#test/support/personas.ts";
import type { PlacedSource } from "./sources.ts";
import { jobFor, type Jobs, type World } from "./world.ts";

/** What stands for the parameters of a path. */
export type Params = Readonly<Record<string, string>>;
/** Nobody has no persona: in their place the outsider's own things are named. */
type Resource = (world: World, who: Persona, route: RouteId) => Params;

const source =
  (of: (world: World) => Pick<PlacedSource, "id"> & Partial<PlacedSource>): Resource =>
  (world) => {
    const { id, memberId = "mem_none", queryId = "qry_none" } = of(world);
    return { dataSourceId: id, memberId, queryId, version: "1", column: "name", name: "Shared" };
  };
const thread =
  (of: (world: World) => PlacedSource): Resource =>
  (world) => {
    const { threadId, replyId } = of(world);
    return { threadId, replyId };
  };
const job =
  (of: (jobs: World["jobs"]) => Jobs): Resource =>
  ({ jobs }, _, route) => ({ jobId: jobFor(of(jobs), route) });
const policy =
  (of: (policies: World["policies"]) => string): Resource =>
  ({ policies }) => ({ policyId: of(policies) });

/** The key with which a persona calls: what they call with is theirs to revoke. */
const ownKey = ({ key }: Pick<Persona, "key">): string => fixedParts.keys.identify(key).id;

/** What a row of the table may be about, by the words that stand there. */
export const resources = {
  "-": () => ({}),
  "a data source": source(({ sources }) => sources.plain),
  "a findable one": source(({ sources }) => sources.findable),
  "a disabled one": source(({ sources }) => sources.disabled),
  "an ownerless one": source(({ sources }) => sources.ownerless),
  "one without SQL": source(({ sources }) => sources.stated),
  "a deleted one": source(({ sources }) => sources.deleted),
  none: () => ({
    dataSourceId: "ds_none",
    userId: "usr_none",
    accountId: "1",
    projectId: "1",
    environmentId: "1",
  }),
  "a thread": thread(({ sources }) => sources.plain),
  "sub's thread": ({ ownThreadId, ownReplyId }) => ({ threadId: ownThreadId, replyId: ownReplyId }),
  "of a findable one": thread(({ sources }) => sources.findable),
  "of a disabled one": thread(({ sources }) => sources.disabled),
  "a job of a source": job(({ plain }) => plain),
  "of a findable source": job(({ findable }) => findable),
  "of a disabled source": job(({ disabled }) => disabled),
  "of a connection": job(({ connection }) => connection),
  "of an integration": job(({ integration }) => integration),
  "of a provider": job(({ provider }) => provider),
  "of the catalog": job(({ catalog }) => catalog),
  "out's own": job(({ asked }) => asked),
  "a tag": () => ({ name: "Loose" }),
  "a tag in use": () => ({ name: "Shared" }),
  "a connection": ({ connection, connectionMemberId: memberId }) => ({
    connectionId: connection.id,
    memberId,
  }),
  "an empty con.": ({ emptyConnectionId }) => ({ connectionId: emptyConnectionId }),
  "an ownerless con.": ({ sources }) => ({
    connectionId: sources.ownerless.connectionId ?? "",
    memberId: "mem_none",
  }),
  "an integration": ({ integration: { accountId, projectId, environmentId } }) => ({
    accountId,
    projectId,
    environmentId,
  }),
  "an owner": ({ maker }) => ({ userId: maker.user.id, name: "Desk" }),
  somebody: ({ bystander: { user, key } }) => ({
    userId: user.id,
    keyId: ownKey({ key }),
    name: "Desk",
  }),
  oneself: (_, who) => ({ userId: who.user.id, keyId: ownKey(who), name: "Desk" }),
  "a service user": ({ people }) => ({ userId: people.serviceId, keyId: people.serviceKeyId, name: "Desk" }),
  "a guest": ({ people }) => ({ userId: people.invitedId, name: "Desk" }),
  "a group": ({ people, bystander }) => ({
    groupId: people.groupId,
    userId: bystander.user.id,
    name: "Desk",
  }),
  "one's own group": ({ people, bystander }) => ({
    groupId: people.ownGroupId,
    userId: bystander.user.id,
    name: "Desk",
  }),
  "oneself into it": ({ people }, who) => ({ groupId: people.groupId, userId: who.user.id, name: "Desk" }),
  "oneself out of it": ({ people }, who) => ({
    groupId: people.ownGroupId,
    userId: who.user.id,
    name: "Desk",
  }),
  "a provider": ({ providerId }) => ({ providerId }),
  "one to sign in by": ({ signInId }) => ({ providerId: signInId }),
  "out's request": ({ requests }) => ({ requestId: requests.outsiders }),
  "USR+GOV+AUD's": ({ requests }) => ({ requestId: requests.vetted }),
  "a global one": policy(({ elsewhere }) => elsewhere),
  "one that binds": policy(({ binding }) => binding),
  "a staged one": policy(({ staged }) => staged),
  "of a data source": policy(({ plain }) => plain),
  "of a disabled ds": policy(({ disabled }) => disabled),
} as const satisfies Readonly<Record<string, Resource>>;
export type ResourceName = keyof typeof resources;
