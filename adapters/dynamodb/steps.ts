import type { Entity } from "dynamodb-toolbox/entity";
import type { Condition } from "dynamodb-toolbox/entity/actions/parseCondition";
import { ConditionCheck } from "dynamodb-toolbox/entity/actions/transactCheck";
import { DeleteTransaction } from "dynamodb-toolbox/entity/actions/transactDelete";
import { PutTransaction } from "dynamodb-toolbox/entity/actions/transactPut";
import { UpdateTransaction } from "dynamodb-toolbox/entity/actions/transactUpdate";
import { $add } from "dynamodb-toolbox/entity/actions/update/symbols";
import type { Write } from "#core/ports/change.ts";
import type { Step } from "./commit.ts";
import { connectionItem, retiredGenerationItem, tagTreeItem } from "./items/catalog.ts";
import { bindingItem, integrationItem } from "./items/dbt.ts";
import { directoryItem, ownersLeftItem } from "./items/people.ts";
import { jobItem } from "./items/jobs.ts";
import { auditItem, deltaItem, guardItem } from "./items/ledger.ts";
import { checkpointStep, enqueueSteps, jobAsReadStep, reportStep, transitionSteps } from "./job-steps.ts";
import { auditIndexKeys } from "./keys.ts";
import { changeProvider, providerSyncedStep } from "./provider-steps.ts";
import { expiryOf, madeAtOf, recordItems } from "./records.ts";

type Of<W extends Write["write"]> = Extract<Write, { readonly write: W }>;

/** The condition that an item is not there: every item has a schema version. */
const absent = { attr: "v", exists: false } as const;

/** What is stored under a version of its own, and so must be met at it. */
const versioned = (record: object): number | undefined => {
  const version: unknown = Reflect.get(record, "version");
  return typeof version === "number" ? version : undefined;
};

/** Any record's item; that record and kind belong together is checked where writes are made. */
const itemOf = (kind: Of<"create">["kind"]): Entity => recordItems[kind];

/** What an item is stored of, and nothing that came along: a caller brings all groups with them. */
const storedOf = ({ schema }: Entity, record: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => Object.hasOwn(schema.attributes, name)));

function put(entity: Entity, record: object, condition?: Condition): Step["item"] {
  const { Put } = entity
    .build(PutTransaction)
    .item(storedOf(entity, record))
    .options({ tableName: "", ...(condition === undefined ? {} : { condition }) })
    .params();
  return { Put };
}

function remove(entity: Entity, key: object, condition?: Condition): Step["item"] {
  const { Delete } = entity
    .build(DeleteTransaction)
    .key(storedOf(entity, key))
    .options({ tableName: "", ...(condition === undefined ? {} : { condition }) })
    .params();
  return { Delete };
}

function replaceStep({ kind, record, expected, otherwise }: Of<"replace">): Step {
  if (kind === "identity-provider") return { item: changeProvider(record, expected), otherwise };
  const condition = expected === 0 ? absent : { attr: "version", eq: expected };
  return { item: put(itemOf(kind), record, condition), otherwise };
}

/**
 * The condition that a record is there: at its version where it has one, and not another one in its place. One of
 * version 0 was never stored, and must still not be there.
 */
function present(record: object): Condition {
  const version = versioned(record);
  if (version === 0) return absent;
  if (version !== undefined) return { attr: "version", eq: version };
  const id: unknown = Reflect.get(record, "id");
  return typeof id === "string" ? { attr: "id", eq: id } : { attr: "v", exists: true };
}

const removeStep = ({ kind, record, otherwise }: Of<"remove">): Step => ({
  item: remove(itemOf(kind), record, otherwise === undefined ? undefined : present(record)),
  otherwise,
});

/** What was never stored must still not be there. */
function requireStep({ kind, record, otherwise }: Of<"require">): Step {
  const entity = itemOf(kind);
  const { ConditionCheck: check } = entity
    .build(ConditionCheck)
    .key(storedOf(entity, record))
    .condition(versioned(record) === 0 ? absent : present(record))
    .options({ tableName: "" })
    .params();
  return { item: { ConditionCheck: check }, otherwise };
}

function requireConnectionStep({
  connectionId,
  secretRef,
  version,
  otherwise,
}: Of<"require-connection">): Step {
  const conditions = [
    { attr: "closing", eq: false } as const,
    ...(secretRef === undefined ? [] : [{ attr: "secretRef", eq: secretRef } as const]),
    ...(version === undefined ? [] : [{ attr: "version", eq: version } as const]),
  ];
  const { ConditionCheck: check } = connectionItem
    .build(ConditionCheck)
    .key({ id: connectionId })
    .condition({ and: conditions })
    .options({ tableName: "" })
    .params();
  return { item: { ConditionCheck: check }, otherwise };
}

function requireIntegrationStep({ integration, owners, otherwise }: Of<"require-integration">): Step {
  const { accountId, projectId, environmentId, id } = integration;
  const { ConditionCheck: check } = integrationItem
    .build(ConditionCheck)
    .key({ accountId, projectId, environmentId })
    .condition({
      and: [
        { attr: "id", eq: id },
        { attr: "state", eq: "active" },
        ...(owners === undefined ? [] : [{ attr: "owners", eq: owners } as const]),
      ],
    })
    .options({ tableName: "" })
    .params();
  return { item: { ConditionCheck: check }, otherwise };
}

function dbtChangedStep({ integrationId, relation, otherwise }: Of<"dbt-changed">): Step {
  const { Update } = bindingItem
    .build(UpdateTransaction)
    .item({ integrationId, relation, digest: null })
    .options({ tableName: "", condition: { attr: "v", exists: true } })
    .params();
  return { item: { Update }, otherwise };
}

/** A counter that is not there has never counted. */
const counted = <Attr extends "version" | "deletions">(attr: Attr, value: number) => ({
  or: [{ attr, eq: value }, ...(value === 0 ? [{ attr, exists: false as const }] : [])],
});

function tagTreeStep({ expected, undeleted, deletes, otherwise }: Of<"tag-tree">): Step {
  const conditions = [
    ...(expected === undefined ? [] : [counted("version", expected)]),
    ...(undeleted === undefined ? [] : [counted("deletions", undeleted)]),
  ];
  const { Update } = tagTreeItem
    .build(UpdateTransaction)
    .item({ v: 1, version: $add(1), deletions: $add(deletes === true ? 1 : 0) })
    .options({ tableName: "", ...(conditions.length === 0 ? {} : { condition: { and: conditions } }) })
    .params();
  return { item: { Update }, otherwise };
}

/** Adds to what counts changes, where nothing else may have been counted since `expected`. */
function countStep(
  entity: Entity,
  { expected, otherwise }: Pick<Of<"directory-changed">, "expected" | "otherwise">,
): Step {
  const { Update } = entity
    .build(UpdateTransaction)
    .item({ v: 1, version: $add(1) })
    .options({
      tableName: "",
      ...(expected === undefined ? {} : { condition: counted("version", expected) }),
    })
    .params();
  return { item: { Update }, otherwise };
}

function requirePrincipalStep({ principal: { type, id }, otherwise }: Of<"require-principal">): Step {
  const { ConditionCheck: check } = itemOf(type)
    .build(ConditionCheck)
    .key({ id })
    .condition({ attr: "v", exists: true })
    .options({ tableName: "" })
    .params();
  return { item: { ConditionCheck: check }, otherwise };
}

function requireTagsStep({ deletions, otherwise }: Of<"require-tags">): Step {
  const { ConditionCheck: check } = tagTreeItem
    .build(ConditionCheck)
    .key({})
    .condition(counted("deletions", deletions))
    .options({ tableName: "" })
    .params();
  return { item: { ConditionCheck: check }, otherwise };
}

function requireDirectoryStep({ version, otherwise }: Of<"require-directory">): Step {
  const { ConditionCheck: check } = directoryItem
    .build(ConditionCheck)
    .key({})
    .condition(counted("version", version))
    .options({ tableName: "" })
    .params();
  return { item: { ConditionCheck: check }, otherwise };
}

function fenceStep({ job, otherwise }: Of<"fence">): Step {
  const { ConditionCheck: check } = jobItem
    .build(ConditionCheck)
    .key({ id: job.id })
    .condition({
      and: [
        { attr: "state", eq: "running" },
        { attr: "fence", eq: job.fence },
      ],
    })
    .options({ tableName: "" })
    .params();
  return { item: { ConditionCheck: check }, otherwise };
}

const claimStep = ({ guard, owner, otherwise }: Of<"claim">): Step => ({
  item: put(guardItem, { guard, owner }, { or: [absent, { attr: "owner", eq: owner }] }),
  otherwise,
});

/** A guard of somebody else's is never freed: that would be our own mistake, and fails. */
const releaseStep = ({ guard, owner }: Of<"release">): Step => ({
  item: remove(guardItem, { guard }, { or: [absent, { attr: "owner", eq: owner }] }),
});

/** What has expired is not there, even while DynamoDB has not removed it yet. */
function notThere(write: Of<"create">): Condition {
  const madeAt = madeAtOf(write);
  return madeAt === null ? absent : { or: [absent, { attr: "ttl", lte: madeAt }] };
}

type StepsOf = { readonly [W in Write["write"]]: (write: Of<W>) => readonly Step[] };

/** The items of each kind of write. */
const steps: StepsOf = {
  create: (write) => [
    {
      item: put(itemOf(write.kind), { ...write.record, ...expiryOf(write) }, notThere(write)),
      otherwise: write.otherwise,
    },
  ],
  replace: (write) => [replaceStep(write)],
  put: (write) => [{ item: put(itemOf(write.kind), { ...write.record, ...expiryOf(write) }) }],
  remove: (write) => [removeStep(write)],
  require: (write) => [requireStep(write)],
  "require-connection": (write) => [requireConnectionStep(write)],
  "require-integration": (write) => [requireIntegrationStep(write)],
  "dbt-changed": (write) => [dbtChangedStep(write)],
  "provider-synced": (write) => [providerSyncedStep(write)],
  "tag-tree": (write) => [tagTreeStep(write)],
  "directory-changed": (write) => [countStep(directoryItem, write)],
  "owner-leaves": (write) => [countStep(ownersLeftItem, write)],
  "require-principal": (write) => [requirePrincipalStep(write)],
  "require-directory": (write) => [requireDirectoryStep(write)],
  "require-tags": (write) => [requireTagsStep(write)],
  claim: (write) => [claimStep(write)],
  release: (write) => [releaseStep(write)],
  enqueue: (write) => enqueueSteps(write),
  fence: (write) => [fenceStep(write)],
  checkpoint: (write) => [checkpointStep(write)],
  report: (write) => [reportStep(write)],
  "require-job": (write) => [jobAsReadStep(write)],
  transition: transitionSteps,
  "retire-generation": ({ dataSourceId, layer, dictionary: { generation, chunks }, retiredAt }) => [
    { item: put(retiredGenerationItem, { dataSourceId, layer, generation, chunks, retiredAt }) },
  ],
  delta: ({ delta: { id, at, changes } }) => [
    { item: put(deltaItem, { id, at, changes: JSON.stringify(changes) }, absent) },
  ],
  audit: ({ record }) => [{ item: put(auditItem, { ...record, ...auditIndexKeys(record) }, absent) }],
};

/** The items of one write. */
export function stepsOf(write: Write): readonly Step[] {
  // Each entry takes the writes of its own name, which the compiler cannot follow through a lookup.
  const make = steps[write.write] as (write: Write) => readonly Step[];
  return make(write);
}
