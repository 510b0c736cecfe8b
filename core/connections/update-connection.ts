import type { Routes } from "#contracts/http/routes.ts";
import { technologyContracts } from "#contracts/technologies/technology.ts";
import { rightsAtCommit } from "#core/access/rights-at-commit.ts";
import { audited } from "#core/audit/record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import type { ConnectionDeps } from "#core/connections/connection-deps.ts";
import { targetOf, type Connection } from "#core/connections/connection.ts";
import { connectionNameGuard, connectionNameTaken } from "#core/connections/create-connection.ts";
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
      const result = await withNewCredentials(deps.secrets, secretRef, credentials, () =>
        store(deps, call, connection, { ...body, config, secretRef, rights }),
      );
      await deps.secrets.delete(connection.secretRef);
      return result;
    });

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

/** Data sources are known by (connection, schema, table): another database would make them other tables. */
async function demandSameDatabase(
  { store }: ConnectionDeps,
  connection: Connection,
  config: Connection["config"],
): Promise<void> {
  const { databaseOf } = technologyContracts[connection.technology];
  if (databaseOf(config) === databaseOf(connection.config)) return;
  if (await store.connectionInUse(connection.id)) {
    throw new DomainError("connection-in-use", "Its database cannot change while data sources use it.");
  }
}

interface Change {
  readonly name?: string | undefined;
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
    updatedAt: at.toISOString(),
    version: before.version + 1,
  };
  if (change.config !== before.config || change.secretRef !== undefined) {
    await askRemote(() => deps.remote.server(targetOf(after)));
  }
  await deps.store.commit([
    ...change.rights,
    ...renaming(before, after),
    { write: "replace", kind: "connection", record: after, expected: before.version, otherwise: staleRead() },
    audited(deps.ids, at, call, {
      action: "connection:update",
      resource: { type: "connection", id: before.id },
      details: {
        before: { name: before.name, config: before.config },
        after: { name: after.name, config: after.config },
        credentialsChanged: change.secretRef !== undefined,
      },
    }),
  ]);
  return showConnection(after);
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
