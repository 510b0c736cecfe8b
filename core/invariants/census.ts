import type { AuditExport } from "#core/audit/export/audit-export.ts";
import type { Binding } from "#core/dbt/binding.ts";
import type { Integration } from "#core/dbt/integration.ts";
import { isFinished, type Job } from "#core/jobs/job.ts";
import type { Policy } from "#core/policies/policy.ts";
import type { Fact } from "#core/ports/table-facts.ts";
import type { TagRecord } from "#core/tags/tag.ts";
import { placeOf } from "#core/threads/thread.ts";
import { GroupCensus } from "./group-census.ts";
import { UserCensus } from "./user-census.ts";
import { misplacedGroups } from "#core/invariants/misplaced-members.ts";
import { relationPlace, type DataSource, type DataSourceMember } from "#core/sources/data-source.ts";
import { checkNames, type CheckName } from "#contracts/resources/data-source.ts";
import { countedRequest, type CountedRequest } from "./counted-request.ts";
import { guardText } from "./guard-text.ts";

type Counted = Pick<DataSource, "name" | "connectionId" | "remote" | "dictionary" | "dbt" | "deletedAt"> & {
  readonly place: string;
  /** The integration that made it; null where none did. */
  readonly madeBy: string | null;
  readonly tagIds: readonly string[];
  /** The policy that states its terms; null where none does. */
  readonly statedBy: string | null;
};

type CountedPolicy = Pick<Policy, "dataSourceId" | "state"> & { readonly tagIds: readonly string[] };

type CountedIntegration = Pick<
  Integration,
  "secretRef" | "connectionId" | "owners" | "state" | "removalJobId" | "waiting" | "updatedAt"
>;

interface CountedJob extends Pick<
  Job,
  "state" | "line" | "slot" | "admittedAt" | "lease" | "createdAt" | "finishedAt"
> {
  readonly active: boolean;
  readonly finished: boolean;
  /** The data sources that it works on. */
  readonly dataSourceIds: readonly string[];
}

const add = <K, V>(map: Map<K, Set<V>>, key: K, value: V): void => {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([value]));
  else known.add(value);
};

/** A generation of a data source's dictionary as one string. */
export const generationText = (of: { readonly dataSourceId: string; readonly generation: string }): string =>
  `${of.dataSourceId} ${of.generation}`;

/** What tells a binding, or the layer that rests on it, from all others. */
export const bindingText = ({
  integrationId,
  relation,
}: Pick<Binding, "integrationId" | "relation">): string => JSON.stringify([integrationId, relation]);

/** The ids that a health job's input names. */
function dataSourceIdsOf({ input }: Job): readonly string[] {
  const ids: unknown = input["dataSourceIds"] ?? [input["dataSourceId"]];
  return Array.isArray(ids) ? ids.filter((id): id is string => typeof id === "string") : [];
}

/**
 * What the invariants need to know of everything that is stored, and no more of it: a catalog of 100,000
 * data sources must fit into a worker's memory.
 */
export class Census {
  readonly kinds = new Map<string, number>();
  readonly unreadable: string[] = [];
  readonly guards = new Map<string, string>();
  readonly groups = new GroupCensus();
  /** Users with all that lies with them. */
  readonly people = new UserCensus();
  readonly connections = new Map<string, { readonly name: string }>();
  /** The issuers of providers that have one. */
  readonly issuers = new Map<string, string>();
  readonly connectionRoles = new Set<string>();
  readonly tags = new Map<string, Pick<TagRecord, "parentId" | "segment">>();
  readonly policies = new Map<string, CountedPolicy>();
  readonly dataSources = new Map<string, Counted>();
  /** Data sources that somebody owns for good. */
  readonly owned = new Set<string>();
  /** Users among groups, groups among users, the same group twice. */
  readonly misplacedMembers: Pick<DataSourceMember, "id" | "dataSourceId">[] = [];
  /** For each kind of part, the data sources that have one. */
  readonly parts = new Map<string, Set<string>>();
  /** Where threads should stand, and where they do, by thread id. */
  readonly threads = new Map<string, Set<string>>();
  readonly threadPlaces = new Map<string, Set<string>>();
  readonly sourceOfThread = new Map<string, string>();
  /** When deleted data sources were deleted, as their tombstones say. */
  readonly tombstones = new Map<string, Set<string>>();
  /** Saved queries, by data source, and those that hold a name there. */
  readonly queries = new Map<string, Set<string>>();
  readonly namedQueries = new Map<string, Set<string>>();
  /** Access requests: what they hold while they are pending, and where they should stand; and where they do. */
  readonly accessRequests = new Map<string, CountedRequest>();
  readonly requestPlaces = new Map<string, Set<string>>();
  readonly exports: AuditExport[] = [];
  readonly chunks = new Map<string, { count: number; columns: number }>();
  /** How many chunks of dbt's layer there are of a generation. */
  readonly dbtChunks = new Map<string, number>();
  readonly integrations = new Map<string, CountedIntegration>();
  readonly bindings = new Map<
    string,
    Pick<Binding, "integrationId" | "dataSourceId" | "deleted" | "owned">
  >();
  /** When a generation was staged that no sweep has settled yet. */
  readonly staged = new Map<string, string>();
  /** Since when no header points at it. */
  readonly retired = new Map<string, string>();
  /** Checks that wait or run, by data source. */
  readonly waitingChecks = new Map<string, readonly CheckName[]>();
  readonly jobs = new Map<string, CountedJob>();
  readonly inMonth = new Set<string>();
  readonly places: { readonly line: string; readonly jobId: string }[] = [];
  readonly slots: { readonly line: string; readonly slot: number; readonly jobId: string }[] = [];

  private readonly see: { readonly [K in Fact["kind"]]?: (fact: Extract<Fact, { kind: K }>) => void } = {
    unreadable: ({ where }) => this.unreadable.push(where),
    guard: ({ guard, owner }) => this.guards.set(guardText(guard), owner),
    connection: ({ record: { id, name } }) => this.connections.set(id, { name }),
    "connection-member": ({ record }) => this.connectionRoles.add(record.connectionId),
    tag: ({ record: { id, parentId, segment } }) => this.tags.set(id, { parentId, segment }),
    policy: ({ record: { id, dataSourceId, state, rule } }) =>
      this.policies.set(id, {
        dataSourceId,
        state,
        tagIds: rule.scope?.on === "tagged" ? rule.scope.every.flat() : [],
      }),
    "data-source": ({ record }) => this.dataSources.set(record.id, counted(record)),
    "data-source-member": ({ record }) => {
      this.countMember(record);
      if (record.principal.type !== "user") this.misplacedMembers.push(record);
    },
    "group-roles": ({ record }) => {
      add(this.parts, "member", record.dataSourceId);
      for (const member of record.members) this.countMember(member);
      this.misplacedMembers.push(...misplacedGroups(record));
    },
    "data-source-health": ({ record: { dataSourceId, checks } }) => {
      add(this.parts, "health", dataSourceId);
      const waiting = checkNames.filter((name) => ["pending", "running"].includes(checks[name].state));
      if (waiting.length > 0) this.waitingChecks.set(dataSourceId, waiting);
    },
    "column-edit": ({ record: { dataSourceId } }) => add(this.parts, "column edit", dataSourceId),
    thread: ({ record }) => {
      add(this.parts, "thread", record.dataSourceId);
      add(this.threads, record.id, JSON.stringify(placeOf(record)));
      this.sourceOfThread.set(record.id, record.dataSourceId);
    },
    "thread-place": ({ record }) => {
      add(this.parts, "place of a thread", record.dataSourceId);
      add(this.threadPlaces, record.threadId, JSON.stringify(record));
      this.sourceOfThread.set(record.threadId, record.dataSourceId);
    },
    "access-request": ({ record }) => {
      add(this.parts, "access request", record.dataSourceId);
      this.accessRequests.set(record.id, countedRequest(record));
    },
    "access-request-place": ({ record: { requestId, of, dataSourceId } }) => {
      add(this.parts, "place of an access request", dataSourceId);
      add(this.requestPlaces, requestId, JSON.stringify(of));
    },
    "audit-export": ({ record }) => this.exports.push(record),
    tombstone: ({ record: { dataSourceId, deletedAt } }) => add(this.tombstones, dataSourceId, deletedAt),
    "documentation-version": ({ record }) => add(this.parts, "documentation version", record.dataSourceId),
    measurement: ({ record }) => add(this.parts, "measurement", record.dataSourceId),
    "saved-query": ({ record: { id, dataSourceId } }) => {
      add(this.parts, "saved query", dataSourceId);
      add(this.queries, dataSourceId, id);
    },
    "saved-query-names": ({ record: { dataSourceId, names } }) => {
      add(this.parts, "list of query names", dataSourceId);
      for (const { id } of names) add(this.namedQueries, dataSourceId, id);
    },
    "dictionary-chunk": (chunk) => {
      add(this.parts, "dictionary chunk", chunk.dataSourceId);
      const known = this.chunks.get(generationText(chunk)) ?? { count: 0, columns: 0 };
      this.chunks.set(generationText(chunk), {
        count: known.count + 1,
        columns: known.columns + chunk.columns,
      });
    },
    "dbt-chunk": (chunk) => {
      add(this.parts, "dictionary chunk", chunk.dataSourceId);
      const text = generationText(chunk);
      this.dbtChunks.set(text, (this.dbtChunks.get(text) ?? 0) + 1);
    },
    "identity-provider": ({ record: { id, config } }) => {
      if (config.kind === "oidc") this.issuers.set(id, config.issuer);
    },
    integration: ({ record }) => this.integrations.set(record.id, countedIntegration(record)),
    "dbt-binding": ({ record: { integrationId, relation, dataSourceId, deleted, owned } }) =>
      this.bindings.set(bindingText({ integrationId, relation }), {
        integrationId,
        dataSourceId,
        deleted,
        owned,
      }),
    "staged-generation": (staged) => this.staged.set(generationText(staged), staged.stagedAt),
    "staged-batch": ({ generation, dataSourceIds, stagedAt }) => {
      for (const dataSourceId of dataSourceIds) {
        this.staged.set(generationText({ dataSourceId, generation }), stagedAt);
      }
    },
    "retired-generation": (retired) => this.retired.set(generationText(retired), retired.retiredAt),
    job: ({ record, active }) => this.jobs.set(record.id, countedJob(record, active)),
    "job-in-month": ({ jobId }) => this.inMonth.add(jobId),
    "job-of-data-source": ({ dataSourceId }) => add(this.parts, "place of a job", dataSourceId),
    "waiting-job": (place) => this.places.push(place),
    slot: (slot) => this.slots.push(slot),
  };

  private countMember({ dataSourceId, role, expiresAt }: DataSourceMember): void {
    if (role === "owner" && expiresAt === null) this.owned.add(dataSourceId);
    add(this.parts, "member", dataSourceId);
  }

  /** Takes one thing in. */
  count(fact: Fact): void {
    const kind = fact.kind === "other" ? fact.of : fact.kind;
    this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
    // Each entry takes the facts of its own kind, which the compiler cannot follow through a lookup.
    const see = this.see[fact.kind] as ((fact: Fact) => void) | undefined;
    see?.(fact);
    this.groups.count(fact);
    this.people.count(fact);
  }

  /** How many things there are. */
  get items(): number {
    return [...this.kinds.values()].reduce((sum, count) => sum + count, 0);
  }
}

const counted = ({
  name,
  connectionId,
  origin,
  remote,
  dictionary,
  dbt,
  deletedAt,
  tags,
  subscription,
}: DataSource): Counted => ({
  name,
  connectionId,
  place: relationPlace({ connectionId, origin, remote }),
  madeBy: origin.type === "dbt" ? origin.integrationId : null,
  remote,
  dictionary,
  dbt,
  deletedAt,
  tagIds: tags.map(({ tagId }) => tagId),
  statedBy: subscription.policyId,
});

const countedIntegration = ({
  secretRef,
  connectionId,
  owners,
  state,
  removalJobId,
  waiting,
  updatedAt,
}: Integration): CountedIntegration => ({
  secretRef,
  connectionId,
  owners,
  state,
  removalJobId,
  waiting,
  updatedAt,
});

const countedJob = (job: Job, active: boolean): CountedJob => ({
  state: job.state,
  line: job.line,
  slot: job.slot,
  admittedAt: job.admittedAt,
  lease: job.lease,
  createdAt: job.createdAt,
  finishedAt: job.finishedAt,
  active,
  finished: isFinished(job.state),
  // Of a finished job nothing waits any more.
  dataSourceIds: isFinished(job.state) ? [] : dataSourceIdsOf(job),
});
