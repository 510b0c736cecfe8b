import type { DataSourceRole } from "#contracts/resources/data-source.ts";
import type { Permission } from "#contracts/resources/system.ts";
import type { ConnectionMember } from "#core/connections/connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Decider, Resource } from "#core/access/resource.ts";
import { approverKinds, type ApproverKind } from "#core/subscriptions/subscription-policy.ts";

type Rule = (user: Decider, resource: Resource) => boolean;

const everyone: Rule = () => true;
const holds =
  (...permissions: readonly Permission[]): Rule =>
  (user) =>
    permissions.some((permission) => user.permissions.includes(permission));
const connectionRole =
  (...roles: readonly ConnectionMember["role"][]): Rule =>
  (_, resource) =>
    resource.type === "connection" && resource.memberships.some(({ role }) => roles.includes(role));
const dataSourceRole =
  (...roles: readonly DataSourceRole[]): Rule =>
  (_, resource) =>
    resource.type === "data-source" && resource.role !== null && roles.includes(resource.role);
const integrationOwner: Rule = (_, resource) => resource.type === "integration" && resource.owns;
const either =
  (...rules: readonly Rule[]): Rule =>
  (user, resource) =>
    rules.some((rule) => rule(user, resource));
const both =
  (...rules: readonly Rule[]): Rule =>
  (user, resource) =>
    rules.every((rule) => rule(user, resource));

/** Global policies are GOVERNANCE's; those of one data source its owners'. */
const policyAuthor: Rule = (user, resource) =>
  resource.type === "policy" &&
  (resource.dataSource === null
    ? holds("GOVERNANCE")(user, resource)
    : dataSourceRole("owner")(user, resource.dataSource));
const policyReader: Rule = (user, resource) =>
  resource.type === "policy" &&
  (resource.dataSource === null
    ? resource.bindsOwn || holds("GOVERNANCE")(user, resource)
    : visible(user, resource.dataSource) && stewards(user, resource.dataSource));

const jobSteward: Rule = (user, resource) =>
  resource.type === "job" &&
  (resource.createdBy === user.id ||
    (resource.subject !== null &&
      either(dataSourceRole("owner"), connectionRole("owner"), integrationOwner)(user, resource.subject)));

/** Whoever has a say in who may do what with a data source. */
const stewards = either(dataSourceRole("owner"), holds("GOVERNANCE"));

/** A rule about a data source, for what is said and recorded about it. */
const aboutSource =
  (rule: Rule): Rule =>
  (user, resource) =>
    rule(user, resource.type === "thread" || resource.type === "activity" ? resource.dataSource : resource);
/** About oneself. */
const oneself: Rule = (user, resource) => resource.type === "user" && resource.id === user.id;
const own: Rule = (user, resource) => resource.type === "thread" && resource.author === user.id;
const talkers = aboutSource(dataSourceRole("owner", "expert", "subscriber"));

/** Whoever has a role on a data source reads it; GOVERNANCE reads every one. */
const readers = either(dataSourceRole("owner", "expert", "subscriber", "ingest"), holds("GOVERNANCE"));
const discoverable: Rule = (_, resource) => resource.type === "data-source" && resource.discoverable === true;

/** As what a user may approve an access request, whether or not that is asked for. A disabled data source is seen by its owners alone. */
export function approverKindsOf(
  { permissions }: Pick<Decider, "permissions">,
  { role, status }: Extract<Resource, { readonly type: "data-source" }>,
): readonly ApproverKind[] {
  if (status === "disabled" && role !== "owner") return [];
  return approverKinds.filter((kind) => (kind === "owner" ? role === "owner" : permissions.includes(kind)));
}

const approvers: Rule = (user, resource) =>
  resource.type === "access-request" &&
  approverKindsOf(user, resource.dataSource).some((kind) => resource.required.includes(kind));
const asker: Rule = (user, resource) =>
  resource.type === "access-request" && resource.requestedBy === user.id;
const askersGroup: Rule = (_, resource) => resource.type === "access-request" && resource.ofOwnGroup;

/** Every action and who may take it. This table is the whole of it; see docs/access.md. */
const rules = {
  "settings:read": everyone,
  "settings:update": holds("APPLICATION_ADMIN"),
  "settings:update-statistics-tag": holds("APPLICATION_ADMIN", "USER_ADMIN"),
  "catalog:administer": holds("APPLICATION_ADMIN"),
  "identity-provider:read": holds("APPLICATION_ADMIN"),
  "identity-provider:manage": holds("APPLICATION_ADMIN"),
  "user:read": holds("USER_ADMIN"),
  "user:manage": holds("USER_ADMIN"),
  "api-key:list": either(oneself, holds("USER_ADMIN")),
  "api-key:revoke": either(oneself, holds("USER_ADMIN")),
  "group:read": holds("USER_ADMIN"),
  "group:manage": holds("USER_ADMIN"),
  "principal:search": either(
    holds("USER_ADMIN", "GOVERNANCE", "APPLICATION_ADMIN", "CREATE_DATA_SOURCE"),
    (_, resource) => resource.type === "deployment" && resource.owns === true,
  ),
  "tag:keep-away": holds("GOVERNANCE"),
  "tag:create": holds("GOVERNANCE"),
  "tag:update": holds("GOVERNANCE"),
  "tag:delete": holds("GOVERNANCE"),
  "connection:create": holds("CREATE_DATA_SOURCE"),
  "connection:read": either(connectionRole("owner", "registrar"), holds("APPLICATION_ADMIN")),
  "connection:update": connectionRole("owner"),
  "connection:delete": connectionRole("owner"),
  "connection:test": connectionRole("owner"),
  "connection:manage-members": connectionRole("owner"),
  "connection:appoint-owner": both(
    holds("APPLICATION_ADMIN"),
    (_, resource) => resource.type === "connection" && resource.ownerless === true,
  ),
  "connection:list-tables": connectionRole("registrar"),
  "connection:register": both(holds("CREATE_DATA_SOURCE"), connectionRole("registrar")),
  "integration:create": holds("APPLICATION_ADMIN"),
  "integration:read": either(integrationOwner, holds("APPLICATION_ADMIN")),
  "integration:manage": either(integrationOwner, holds("APPLICATION_ADMIN")),
  "data-source:discover": either(readers, discoverable),
  "data-source:read": readers,
  "data-source:mention": dataSourceRole("owner", "expert", "subscriber", "ingest"),
  "data-source:request-access": either(readers, discoverable),
  "data-source:update": dataSourceRole("owner"),
  "data-source:describe": dataSourceRole("owner", "expert"),
  "data-source:tag": dataSourceRole("owner", "expert"),
  "data-source:analyze": dataSourceRole("owner", "expert", "subscriber"),
  "data-source:check": dataSourceRole("owner", "expert"),
  "data-source:fingerprint": dataSourceRole("owner"),
  "data-source:save-queries": dataSourceRole("owner"),
  "data-source:list-members": readers,
  "data-source:list-subscribers": either(dataSourceRole("owner"), holds("GOVERNANCE")),
  "data-source:manage-members": dataSourceRole("owner"),
  "data-source:appoint-owner": both(
    holds("USER_ADMIN"),
    (_, resource) => resource.type === "ownerless-data-source",
  ),
  "data-source:subscription": dataSourceRole("owner"),
  "data-source:delete": dataSourceRole("owner"),
  "data-source:restore": either(
    holds("APPLICATION_ADMIN"),
    (_, resource) => resource.type === "deleted-data-source" && resource.role === "owner",
  ),
  "policy:parse": everyone,
  "policy:create": either(dataSourceRole("owner"), (user, resource) =>
    resource.type === "deployment" ? holds("GOVERNANCE")(user, resource) : false,
  ),
  "policy:list-of-source": stewards,
  "policy:read": policyReader,
  "policy:update": policyAuthor,
  "policy:delete": policyAuthor,
  "access-request:read": either(asker, askersGroup, approvers),
  "access-request:decide": approvers,
  "access-request:cancel": asker,
  "audit:read": holds("AUDIT"),
  "activity:read": either(aboutSource(dataSourceRole("owner")), holds("AUDIT", "GOVERNANCE")),
  "thread:read": talkers,
  "thread:post": talkers,
  "thread:edit": both(talkers, own),
  "thread:resolve": both(talkers, either(own, aboutSource(dataSourceRole("owner", "expert")))),
  "thread:delete": both(talkers, either(own, aboutSource(dataSourceRole("owner")))),
  "job:read": either(jobSteward, holds("APPLICATION_ADMIN"), (user, resource) =>
    resource.type === "job" && resource.subject !== null ? readable(user, resource.subject) : false,
  ),
  "job:control": either(jobSteward, holds("APPLICATION_ADMIN")),
} as const satisfies Record<string, Rule>;

/** Something a user may or may not do. */
export type Action = keyof typeof rules;

/** Every action, for tests and docs. */
export const actions = Object.keys(rules) as Action[];

/** A disabled data source is seen by its owners alone. */
const hiddenByStatus = (resource: Resource): boolean =>
  resource.type === "data-source" && resource.status === "disabled" && resource.role !== "owner";

type OfType<T extends Resource["type"]> = Extract<Resource, { readonly type: T }>;

/** Who may know that a resource exists, by what it is. */
const sights: {
  readonly [T in Resource["type"]]: (user: Decider, resource: OfType<T>) => boolean;
} = {
  deployment: () => true,
  user: () => true,
  connection: (user, resource) => rules["connection:read"](user, resource),
  integration: (user, resource) => rules["integration:read"](user, resource),
  "data-source": (user, resource) => rules["data-source:discover"](user, resource),
  "deleted-data-source": (user, resource) => rules["data-source:restore"](user, resource),
  "ownerless-data-source": (user, resource) => rules["data-source:appoint-owner"](user, resource),
  "access-request": (user, resource) => rules["access-request:read"](user, resource),
  activity: (user, resource) => activityVisible(user, resource),
  thread: (user, resource) => visible(user, resource.dataSource),
  policy: (user, resource) => rules["policy:read"](user, resource),
  job: (user, resource) => rules["job:read"](user, resource),
};

/** Whether the user may know that the resource exists. */
function visible(user: Decider, resource: Resource): boolean {
  if (hiddenByStatus(resource)) return false;
  // Each entry takes resources of its own type, which the compiler cannot follow through a lookup.
  const sight = sights[resource.type] as (user: Decider, resource: Resource) => boolean;
  return sight(user, resource);
}

/** Whether the user may read what a job is about: of a data source that they may only find they see no work. */
const readable = (user: Decider, resource: Resource): boolean =>
  visible(user, resource) && (resource.type !== "data-source" || readers(user, resource));

/** AUDIT reads what was done to a data source that it may not read itself; one that is disabled stays hidden. */
const activityVisible = (
  user: Decider,
  resource: Extract<Resource, { readonly type: "activity" }>,
): boolean =>
  visible(user, resource.dataSource) ||
  (rules["activity:read"](user, resource) && !hiddenByStatus(resource.dataSource));

/** The one decision. `hidden` means that even its existence is not told. */
export function decide(
  user: Decider,
  action: Action,
  resource: Resource,
): "allowed" | "forbidden" | "hidden" {
  if (user.disabled || !visible(user, resource)) return "hidden";
  return rules[action](user, resource) ? "allowed" : "forbidden";
}

/** Whether the user may take the action: list, search, detail, threads, jobs and audit all ask this. */
export const can = (user: Decider, action: Action, resource: Resource): boolean =>
  decide(user, action, resource) === "allowed";

/** Throws `not-found` for what the user may not know of, and `forbidden` for what they may see but not do. */
export function authorize(user: Decider, action: Action, resource: Resource): void {
  switch (decide(user, action, resource)) {
    case "allowed":
      return;
    case "forbidden":
      throw new DomainError("forbidden", undefined, { refused: action });
    case "hidden":
      throw new DomainError("not-found", undefined, { refused: action });
  }
}
