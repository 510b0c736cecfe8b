import type { RouteId } from "#contracts/http/routes.ts";
import { integrationName, type Integration } from "#core/dbt/integration.ts";
import { catalogSubject, type Job } from "#core/jobs/job.ts";
import { invitedBy } from "#core/people/invitations/invitation.ts";
import { asked, stateTerms, userOf } from "#test/support/asking.ts";
import { aDbtApp, type DbtApp } from "#test/support/dbt-app.ts";
import { aTokenProvider, idOf, ldapBody } from "#test/support/identity-providers.ts";
import { anIssuer } from "#test/support/oidc-issuer.ts";
import {
  aConnection,
  aKnownGroup,
  aPersona,
  aRemoteTable,
  everyPermission,
  type Persona,
} from "#test/support/personas.ts";
import { aJob, unique } from "#test/support/records.ts";
import { aService } from "#test/support/people.ts";
import { theCast, type Cast } from "./personas.ts";
import { theSources, type Others, type Sources } from "./sources.ts";

/** Jobs about one thing, as each route on jobs wants one. */
export interface Jobs {
  readonly queued: string;
  readonly failed: string;
  readonly waiting: string;
}

/** Which of them a route is asked about. */
export const jobFor = (jobs: Jobs, route: RouteId): string => {
  if (route === "retryJob") return jobs.failed;
  return route === "approveJob" ? jobs.waiting : jobs.queued;
};

type About = Pick<Job, "type" | "subject"> & Partial<Pick<Job, "input" | "line">>;

async function jobsAbout({ app }: DbtApp, about: About, { user }: Persona): Promise<Jobs> {
  const at = app.clock.now().toISOString();
  const made = (given: Partial<Job>): Job =>
    aJob({ line: unique("con_"), createdBy: user.id, createdAt: at, ...about, ...given });
  const jobs = {
    queued: made({}),
    failed: made({ state: "failed", startedAt: at, finishedAt: at }),
    waiting: made({ state: "awaiting-approval", startedAt: at }),
  };
  await app.store.commit(Object.values(jobs).map((job) => ({ write: "enqueue", job }) as const));
  return { queued: jobs.queued.id, failed: jobs.failed.id, waiting: jobs.waiting.id };
}

async function theJobs(dbt: DbtApp, cast: Cast, { maker }: Others, sources: Sources, of: Related) {
  const about = ({ id, name }: { readonly id: string; readonly name: string }) =>
    jobsAbout(
      dbt,
      {
        type: "health-check",
        subject: { type: "data-source", id, name },
        input: { dataSourceId: id, checks: ["row-count"] },
      },
      maker,
    );
  const { connection, integration } = of;
  const catalog = { type: "table-check", subject: catalogSubject } as const;
  const name = integrationName(integration);
  return {
    plain: await about(sources.plain),
    findable: await about(sources.findable),
    disabled: await about(sources.disabled),
    connection: await jobsAbout(
      dbt,
      {
        type: "bulk-registration",
        subject: { type: "connection", id: connection.id, name: "warehouse" },
      },
      maker,
    ),
    integration: await jobsAbout(
      dbt,
      { type: "dbt-removal", subject: { type: "integration", id: name, name }, line: integration.id },
      maker,
    ),
    // Having asked for one gives no right to it.
    provider: await jobsAbout(
      dbt,
      {
        type: "identity-sync",
        subject: { type: "identity-provider", id: of.providerId, name: "Directory" },
        line: of.providerId,
      },
      cast.out,
    ),
    catalog: await jobsAbout(dbt, catalog, maker),
    asked: await jobsAbout(dbt, catalog, cast.out),
  };
}

/** Users and groups that people do something to. */
async function thePeople({ app }: DbtApp, { maker, bystander }: Others) {
  const group = await aKnownGroup(app, { attributes: { Desk: ["two"] } });
  await maker.api.addGroupMember({ params: { groupId: group.id, userId: bystander.user.id } });
  const service = await aService(maker);
  const { id: serviceKeyId } = await maker.api.createUserKey({
    params: { userId: service.id },
    body: { name: "robot" },
  });
  const invited = await maker.api.createUser({ body: { name: "Guest", email: "guest@example.com" } });
  const token = invited.invitation?.token ?? "";
  if (invitedBy(token) === null) throw new Error("nobody was invited");
  return { groupId: group.id, serviceId: service.id, serviceKeyId, invitedId: invited.id, token };
}

async function thePolicies({ maker }: Others, { plain, disabled }: Sources) {
  for (const name of ["Secret", "Spare", "Loose"]) await maker.api.createTag({ body: { name } });
  const params = { dataSourceId: plain.id };
  await maker.api.addTags({ params, body: { tags: ["Secret"] } });
  const make = async (sentence: string, dataSourceId: string | null, state: "active" | "staged") => {
    const { id } = await maker.api.createPolicy({
      body: { name: unique("policy "), sentence, dataSourceId, state },
    });
    return id;
  };
  const individually = "Allow individually selected users to subscribe";
  return {
    elsewhere: await make(`${individually} on data sources tagged Spare`, null, "active"),
    binding: await make(`${individually} on data sources tagged Secret`, null, "active"),
    staged: await make(`${individually} on data sources tagged Secret`, null, "staged"),
    plain: await make(individually, plain.id, "staged"),
    disabled: await make("Allow anyone to subscribe", disabled.id, "staged"),
  };
}

async function theRequests({ app }: DbtApp, cast: Cast, { bystander }: Others, sources: Sources) {
  const outsiders = await asked(cast.out, sources.askable);
  const vetted = await asked(bystander, sources.vetted);
  const approvers = ["USER_ADMIN", "GOVERNANCE", "AUDIT"] as const;
  await stateTerms(app, sources.vetted, { approvers, discoverable: false });
  return { outsiders: outsiders.id, vetted: vetted.id };
}

interface Related {
  readonly connection: { readonly id: string };
  readonly integration: Integration;
  readonly providerId: string;
}

/** Everything that the table's requests are about, and everybody who sends them. */
export async function theWorld() {
  const dbt = await aDbtApp();
  const { app } = dbt;
  const { id: ownGroupId } = await aKnownGroup(app, { attributes: { Desk: ["three"] } });
  const [cast, maker, bystander] = [
    await theCast(app, ownGroupId),
    await aPersona(app, { name: unique("Maker "), permissions: everyPermission }),
    await aPersona(app, { name: unique("Bystander "), attributes: { Desk: ["four"] } }),
  ];
  const others = { maker, bystander };
  await maker.api.createTag({ body: { name: "Shared" } });
  const connection = await aConnection(maker);
  const params = { connectionId: connection.id };
  await maker.api.addConnectionMember({ params, body: { principal: userOf(cast.own), role: "owner" } });
  await maker.api.addConnectionMember({ params, body: { principal: userOf(cast.dis), role: "owner" } });
  await maker.api.addConnectionMember({ params, body: { principal: userOf(cast.reg), role: "registrar" } });
  const connectionMember = await maker.api.addConnectionMember({
    params,
    body: { principal: userOf(bystander), role: "owner" },
  });
  const empty = await aConnection(maker);
  await maker.api.addConnectionMember({
    params: { connectionId: empty.id },
    body: { principal: userOf(cast.own), role: "owner" },
  });
  const webhookSecret = unique("whsec_");
  const owners = [userOf(cast.own), userOf(cast.dis)];
  const integration = await dbt.integrate({ owners, webhookSecret });
  const sources = await theSources(app, cast, others, connection);
  const ownThread = await cast.sub.api.createThread({
    params: { dataSourceId: sources.plain.id },
    body: { text: `Mine, about ${sources.plain.name}` },
  });
  const ownReply = await cast.sub.api.createReply({
    params: { threadId: ownThread.id },
    body: { text: "Still mine" },
  });
  const policies = await thePolicies(others, sources);
  const requests = await theRequests(dbt, cast, others, sources);
  const people = await thePeople(dbt, others);
  const created = await app.call("POST", "/identity-providers", { as: maker, body: ldapBody() });
  const providerId = idOf(created);
  const { issuer, client } = await anIssuer(app.clock);
  const signInId = await aTokenProvider(app, issuer, {
    signIn: { clientId: client.id },
    clientSecret: client.secret,
  });
  await app.drain();
  const jobs = await theJobs(dbt, cast, others, sources, {
    connection,
    integration: await dbt.record(integration),
    providerId,
  });
  return {
    dbt,
    app,
    cast,
    ...others,
    connection,
    connectionMemberId: connectionMember.id,
    emptyConnectionId: empty.id,
    spareTable: await aRemoteTable(),
    integration,
    webhookSecret,
    sources,
    ownThreadId: ownThread.id,
    ownReplyId: ownReply.id,
    policies,
    requests,
    people: { ...people, ownGroupId },
    providerId,
    signInId,
    jobs,
  };
}
export type World = Awaited<ReturnType<typeof theWorld>>;
