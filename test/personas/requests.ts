import type { RouteRequest } from "#contracts/http/route.ts";
import type { RouteId, Routes } from "#contracts/http/routes.ts";
import { connectionBody, postgresCredentials, type Persona } from "#test/support/personas.ts";
import { ldapBody } from "#test/support/identity-providers.ts";
import { unique } from "#test/support/records.ts";
import { aDelivery, aRunId } from "#test/support/dbt-app.ts";
import type { World } from "./world.ts";

type Given<Id extends RouteId, Name extends string> =
  RouteRequest<Routes[Id]> extends { readonly [N in Name]?: infer V } ? V : never;

/** What a request carries beside its path. */
export interface Carried<Id extends RouteId = RouteId> {
  readonly query?: Given<Id, "query">;
  readonly body?: Given<Id, "body">;
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
type Requests = {
  readonly [Id in RouteId as Id | `${Id}/${string}`]?: (world: World, who: Persona) => Carried<Id>;
};

const text = "Allow individually selected users to subscribe on data sources tagged Spare";

/**
 * What is sent where a path is not enough, by the route, and by what is asked of it (`updateUser/name`) where that
 * makes a difference. Bodies are valid: who may gets what they ask for.
 */
export const requests: Requests = {
  "updateSettings/policy": () => ({
    body: { defaultSubscriptionPolicy: { kind: "individual", discoverable: false } },
  }),
  "updateSettings/tag": () => ({ body: { preventStatisticsTag: "Untouched" } }),
  createUser: () => ({ body: { name: unique("New "), email: "new@example.com" } }),
  "updateUser/name": () => ({ body: { name: "Renamed" } }),
  "updateUser/permissions": () => ({ body: { permissions: ["PROJECT_MANAGEMENT", "AUDIT"] } }),
  "updateUser/username": () => ({ body: { externalUsernames: { postgresql: unique("login_") } } }),
  "updateUser/disabled": () => ({ body: { disabled: true } }),
  setUserAttribute: () => ({ body: { values: ["west"] } }),
  acceptInvitation: ({ people: { token } }) => ({ body: { token, keyName: "laptop" } }),
  createMyKey: () => ({ body: { name: "second" } }),
  createUserKey: () => ({ body: { name: "second" } }),
  createGroup: () => ({ body: { name: unique("New ") } }),
  updateGroup: () => ({ body: { name: unique("Renamed ") } }),
  setGroupAttribute: () => ({ body: { values: ["west"] } }),
  "listPrincipals/of it": ({ sources }) => ({ query: { dataSourceId: sources.plain.id } }),
  createIdentityProvider: () => ({ body: ldapBody({ name: unique("New ") }) as never }),
  updateIdentityProvider: () => ({ body: { name: unique("Renamed ") } }),
  finishSignIn: () => ({ query: { code: "forged", state: "forged" } }),

  addMember: ({ people }) => ({ body: { principal: { type: "group", id: people.groupId }, role: "owner" } }),
  updateMember: () => ({ body: { role: "subscriber" } }),
  createAccessRequest: () => ({ body: { reason: "for the report" } }),
  approveAccessRequests: ({ requests: { outsiders, vetted } }) => ({ body: { ids: [outsiders, vetted] } }),
  denyAccessRequests: ({ requests: { outsiders, vetted } }) => ({
    body: { ids: [outsiders, vetted], reason: "no" },
  }),
  denyAccessRequest: () => ({ body: { reason: "no" } }),
  parsePolicy: () => ({ body: { sentence: text } }),
  "listPolicies/of it": ({ sources }) => ({ query: { dataSourceId: sources.plain.id } }),
  "createPolicy/global": () => ({ body: { name: unique("New "), sentence: text } }),
  "createPolicy/local": ({ sources }) => ({
    body: { name: unique("New "), sentence: "Allow anyone to subscribe", dataSourceId: sources.plain.id },
  }),
  "createPolicy/findable": ({ sources }) => ({
    body: { name: unique("New "), sentence: "Allow anyone to subscribe", dataSourceId: sources.findable.id },
  }),
  "createPolicy/disabled": ({ sources }) => ({
    body: { name: unique("New "), sentence: "Allow anyone to subscribe", dataSourceId: sources.disabled.id },
  }),
  updatePolicy: () => ({ body: { name: unique("Renamed ") } }),
  setSubscriptionPolicy: () => ({ body: { kind: "anyone", discoverable: true } }),

  "listAudit/all": ({ app }) => ({ query: { from: app.clock.now().toISOString() } }),
  "listAudit/of it": ({ sources }) => ({ query: { resource: `data-source:${sources.plain.id}` } }),
  "listAudit/findable": ({ sources }) => ({ query: { resource: `data-source:${sources.findable.id}` } }),
  "listAudit/disabled": ({ sources }) => ({ query: { resource: `data-source:${sources.disabled.id}` } }),
  "listAudit/none": () => ({ query: { resource: "data-source:ds_none" } }),

  createConnection: () => ({ body: connectionBody() }),
  updateConnection: () => ({ body: { name: unique("Renamed "), credentials: postgresCredentials() } }),
  addConnectionMember: (world) => ({
    body: { principal: { type: "group", id: world.people.groupId }, role: "owner" },
  }),

  createDataSource: ({ connection, spareTable }) => ({
    body: { connectionId: connection.id, name: unique("new"), ...spareTable },
  }),
  registerDataSources: ({ connection, spareTable }) => ({
    body: { connectionId: connection.id, schemas: [spareTable.schema] },
  }),
  "updateDataSource/name": () => ({ body: { name: unique("renamed") } }),
  "updateDataSource/status": () => ({ body: { status: "disabled" } }),
  "updateDataSource/prevented": () => ({ body: { statisticsPrevented: false } }),
  "updateDataSource/text": () => ({ body: { description: unique("text "), documentation: unique("text ") } }),
  restoreDataSource: () => ({ body: {} }),
  updateDictionary: () => ({ body: { changes: [{ column: "name", description: "x" }] } }),
  updateColumn: () => ({ body: { description: "x" } }),
  replaceDictionary: () => ({ body: { columns: [{ name: "a", dataType: "text" }] } }),
  analyzeDataSource: () => ({ body: { columns: ["name"] } }),
  runChecks: () => ({ body: { checks: ["row-count"] } }),
  createQuery: () => ({ body: { name: unique("q"), sql: "select 1" } }),
  updateQuery: () => ({ body: { sql: "select 2" } }),
  addTags: () => ({ body: { tags: ["Spare"] } }),
  createTag: () => ({ body: { name: unique("New") } }),
  updateTag: () => ({ body: { description: "x" } }),
  createThread: () => ({ body: { text: "Why?" } }),
  "updateThread/resolve": () => ({ body: { resolved: true } }),
  "updateThread/text": () => ({ body: { text: "Why so?" } }),
  createReply: () => ({ body: { text: "So." } }),
  updateReply: () => ({ body: { text: "Or so." } }),

  createIntegration: ({ dbt }) => ({ body: dbt.body() as never }),
  "createIntegration/with con.": ({ dbt, connection }) => ({
    body: { ...dbt.body(), connectionId: connection.id } as never,
  }),
  updateIntegration: () => ({ body: { webhookSecret: unique("whsec_") } }),
  syncIntegration: () => ({ body: { dryRun: true } }),
  "receiveDbtWebhook/signed": ({ integration, webhookSecret: secret }) => {
    const { headers, body } = aDelivery(integration, { runId: aRunId(), secret });
    return { headers, raw: body };
  },
};
