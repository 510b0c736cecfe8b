import * as z from "zod";
import { slotsPerConnection, statementTimeoutSeconds } from "../limits.ts";
import { technologyContracts } from "../technologies/technology.ts";
import { givenName, principal, timestamp } from "./fields.ts";
import { relationKind, technologies, technology, type Technology } from "./remote.ts";

/** What a connection lets Reeve take of its remote, where it is less than the deployment's own limits. */
const budget = {
  statementTimeoutSeconds: z
    .int()
    .min(1)
    .max(statementTimeoutSeconds)
    .describe("how long the remote engine may work on one statement of Reeve's"),
  concurrentJobs: z
    .int()
    .min(1)
    .max(slotsPerConnection)
    .describe("how many jobs may use the connection at a time"),
};

export const connection = z
  .object({
    id: z.string(),
    name: z.string(),
    technology,
    config: z.record(z.string(), z.unknown()),
    statementTimeoutSeconds: z.int().nullable(),
    concurrentJobs: z.int().nullable(),
    createdAt: timestamp,
    createdBy: z.string(),
    updatedAt: timestamp,
    version: z.int(),
  })
  .meta({ id: "Connection" });

const creationOf = (technology: Technology) =>
  z.strictObject({
    name: givenName,
    technology: z.literal(technology),
    config: technologyContracts[technology].config,
    credentials: technologyContracts[technology].credentials,
    statementTimeoutSeconds: budget.statementTimeoutSeconds.optional(),
    concurrentJobs: budget.concurrentJobs.optional(),
  });
const [firstTechnology, ...otherTechnologies] = technologies;

export const connectionCreation = z
  .discriminatedUnion("technology", [creationOf(firstTechnology), ...otherTechnologies.map(creationOf)])
  .meta({ id: "ConnectionCreation" });

/** `config` and `credentials` are checked against the connection's technology once it is known. */
export const connectionPatch = z
  .strictObject({
    name: givenName,
    config: z.record(z.string(), z.unknown()),
    credentials: z.record(z.string(), z.unknown()),
    statementTimeoutSeconds: budget.statementTimeoutSeconds.nullable(),
    concurrentJobs: budget.concurrentJobs.nullable(),
  })
  .partial()
  .meta({ id: "ConnectionPatch" });

export const connectionTest = z
  .object({ ok: z.boolean(), serverVersion: z.string(), latencyMs: z.number() })
  .meta({ id: "ConnectionTest" });

export const connectionTable = z
  .object({
    schema: z.string(),
    name: z.string(),
    kind: relationKind,
    columnCount: z.int(),
    dataSourceId: z.string().nullable(),
  })
  .meta({ id: "ConnectionTable" });

/** A glob over schema names: `*` is any run of characters, `?` any one. */
const schemaGlob = z.string().min(1).max(200);

export const connectionMember = z
  .object({
    id: z.string(),
    principal,
    role: z.enum(["owner", "registrar"]),
    schemas: z.array(z.string()).nullable(),
    addedBy: z.string(),
    addedAt: timestamp,
  })
  .meta({ id: "ConnectionMember" });

export const connectionMemberCreation = z
  .strictObject({
    principal,
    role: z.enum(["owner", "registrar"]),
    schemas: z.array(schemaGlob).min(1).max(100).optional(),
  })
  .meta({ id: "ConnectionMemberCreation" });
