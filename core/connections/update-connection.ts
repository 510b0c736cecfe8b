import type { Routes } from "#contracts/http/routes.ts";
import { technologyContracts } from "#contracts/technologies/technology.ts";
import { rightsAtCommit } from "#core/access/rights-at-commit.ts";
import { audited } from "#core/audit/record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { isSameValue } from "#core/call/same-value.ts";
import { demandVersion, retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import type { ConnectionDeps } from "#core/connections/connection-deps.ts";
import { whileClosed } from "#core/connections/closing.ts";
import { targetOf, type Connection } from "#core/connections/connection.ts";
import { connectionNameGuard, connectionNameTaken } from "#core/connections/new-connection.ts";
import { newSecretRef, withNewCredentials } from "#core/connections/credentials.ts";
import { readConnection } from "#core/connections/read-connection.ts";
import { showConnection } from "#core/connections/show-connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { parseAt } from "#core/errors/parse.ts";
import { foldName } from "#core/names/fold.ts";
import type { Write } from "#core/ports/change.ts";
import { askRemote } from "#core/remote/remote-problem.ts";

type Patch = Parameters<UseCase<Routes["updateConnection"]>>[0]["body"];

/**
 * Changes a connection. A new configuration or new credentials are tested before they are stored; a change
 * that could send the kept password elsewhere needs the credentials anew.
 */
export const updateConnection =
  (deps: ConnectionDeps): UseCase<Routes["updateConnection"]> =>
  ({ params, body }, call) =>
    retryConflict(call, async () => {
      const { connection, memberships } = await readConnection(
        deps.store,
        call.user,
        params.connectionId,
        "connection:update",
      );
      const rights = memberships
        .filter(({ role }) => role === "owner")
        .flatMap((member) => rightsAtCommit(call.user, member));
      demandVersion(call, connection.version);
      const config = changedConfig(connection, body);
      if (isUnchanged(connection, body, config)) return showConnection(connection);
      await demandSameDatabase(deps, connection, config);
      if (body.credentials === undefined) {
        return await store(deps, call, connection, { ...body, config, rights });
      }
      const credentials = parseAt(
        technologyContracts[connection.technology].credentials,
        body.credentials,
        "/credentials",
      );
      const secretRef = newSecretRef(deps.ids, connection.id);
      // The former credentials stay for what is under way with them; the sweep takes what nothing names.
      return await withNewCredentials(deps.secrets, secretRef, credentials, () =>
        store(deps, call, connection, { ...body, config, secretRef, rights }),
      );
    });

/** Nothing is asked, tested or stored for a patch that states what is there; credentials are always taken as new. */
const isUnchanged = (before: Connection, body: Patch, config: Connection["config"]): boolean =>
  body.credentials === undefined &&
  !before.closing &&
  (body.name ?? before.name) === before.name &&
  isSameValue(config, before.config) &&
  isSameValue(budgetOf(before, body), budgetOf(before));

/** Merges the patch into the configuration, as the technology's contract accepts it; null takes an optional field away. */
function changedConfig(connection: Connection, body: Patch): Connection["config"] {
  if (body.config === undefined) return connection.config;
  const contract = technologyContracts[connection.technology];
  const merged = Object.fromEntries(
    Object.entries({ ...connection.config, ...body.config }).filter(([, value]) => value !== null),
  );
  const config = parseAt(contract.config, merged, "/config");
  if (body.credentials === undefined && contract.needsCredentials(connection.config, config)) {
    throw new DomainError("credentials-required", undefined, {
      errors: [{ in: "body", pointer: "/credentials", detail: "is needed with this change" }],
    });
  }
  return config;
}

const databaseInUse = "Its database cannot change while data sources use it.";

function changesDatabase({ technology, config }: Connection, changed: Connection["config"]): boolean {
  const { databaseOf } = technologyContracts[technology];
  return databaseOf(changed) !== databaseOf(config);
}

/** Data sources are known by (connection, schema, table): another database would make them other tables. */
async function demandSameDatabase(
  { store }: ConnectionDeps,
  connection: Connection,
  config: Connection["config"],
): Promise<void> {
  if (!changesDatabase(connection, config)) return;
  if (await store.connectionInUse(connection.id)) throw new DomainError("connection-in-use", databaseInUse);
}

interface Change {
  readonly name?: string | undefined;
  readonly statementTimeoutSeconds?: number | null | undefined;
  readonly concurrentJobs?: number | null | undefined;
  readonly config: Connection["config"];
  readonly secretRef?: string;
  readonly rights: readonly Write[];
}

async function store(deps: ConnectionDeps, call: Call, before: Connection, change: Change) {
  const at = deps.clock.now();
  const after: Connection = {
    ...before,
    name: change.name ?? before.name,
    config: change.config,
    secretRef: change.secretRef ?? before.secretRef,
    ...budgetOf(before, change),
    closing: false,
    updatedAt: at.toISOString(),
  };
  if (change.config !== before.config || change.secretRef !== undefined) {
    await askRemote(() => deps.remote.server(targetOf(after)));
  }
  const commit = async (current: Connection): Promise<Connection> => {
    const record = { ...after, version: current.version + 1 };
    await deps.store.commit(changeWrites(deps, at, call, current, record, change));
    return record;
  };
  if (!changesDatabase(before, after.config)) return showConnection(await commit(before));
  return showConnection(await whileClosed(deps, before, databaseInUse, commit));
}

/** What it may take of its remote, as a change leaves it; null takes a limit away. */
const budgetOf = (
  { statementTimeoutSeconds, concurrentJobs }: Connection,
  change: Pick<Change, "statementTimeoutSeconds" | "concurrentJobs"> = {},
) => ({
  statementTimeoutSeconds:
    change.statementTimeoutSeconds === undefined ? statementTimeoutSeconds : change.statementTimeoutSeconds,
  concurrentJobs: change.concurrentJobs === undefined ? concurrentJobs : change.concurrentJobs,
});

function changeWrites(
  { ids }: ConnectionDeps,
  at: Date,
  call: Call,
  before: Connection,
  after: Connection,
  change: Change,
): readonly Write[] {
  return [
    ...change.rights,
    ...renaming(before, after),
    { write: "replace", kind: "connection", record: after, expected: before.version, otherwise: staleRead() },
    audited(ids, at, call, {
      action: "connection:update",
      resource: { type: "connection", id: before.id },
      details: {
        before: { name: before.name, config: before.config, ...budgetOf(before) },
        after: { name: after.name, config: after.config, ...budgetOf(after) },
        credentialsChanged: change.secretRef !== undefined,
      },
    }),
  ];
}

function renaming(before: Connection, after: Connection): readonly Write[] {
  if (foldName(before.name) === foldName(after.name)) return [];
  return [
    {
      write: "claim",
      guard: connectionNameGuard(after.name),
      owner: after.id,
      otherwise: connectionNameTaken(after.name),
    },
    { write: "release", guard: connectionNameGuard(before.name), owner: before.id },
  ];
}
