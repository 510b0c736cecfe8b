import { targetOf, type Connection } from "#core/connections/connection.ts";
import type { FingerprintColumn } from "#core/health/health.ts";
import type { Clock } from "#core/ports/clock.ts";
import {
  keyStoreRefusals,
  maxDomainValues,
  type DomainColumn,
  type KeptDomain,
  type KeyStores,
} from "#core/ports/key-store.ts";
import { RemoteError, type RemoteBudget, type RemoteSession } from "#core/ports/remote.ts";
import { relationOf, type DataSource, type SchemaColumn } from "#core/sources/data-source.ts";

/** What it takes to keep domains inside a remote. */
export interface DomainDeps {
  readonly keyStores: KeyStores;
  readonly clock: Clock;
}

/** Whose domains, and how to reach the remote that keeps them. */
export interface DomainSubject {
  readonly dataSource: DataSource;
  readonly columns: readonly SchemaColumn[];
  readonly connection: Connection;
  readonly budget: RemoteBudget;
}

/** What a fingerprint says whose domains are not kept, by the reason for it. */
export const domainsNotKept = (reason: string): string => `domains-not-kept: ${reason}`;

/** Whether domains are not kept for a reason that does not pass by itself: trying again would come to the same. */
export const areRefusedForGood = (detail: string): boolean =>
  keyStoreRefusals.some((refusal) => detail === domainsNotKept(refusal));

/** An estimate may say a few more than there are. */
const estimateError = 1.1;

/**
 * Puts the domains of the fingerprint's columns into the remote's key schema, in place of those before. Gives why
 * they are not kept, as a code, or null: the figures of the fingerprint stand either way. They are read in the
 * read-only session and written as plain values in another, so that no view's function ever runs where it could write.
 */
export async function keepDomains(
  { keyStores, clock }: DomainDeps,
  subject: DomainSubject,
  session: RemoteSession,
  fingerprint: readonly FingerprintColumn[],
): Promise<string | null> {
  try {
    const refusal = await session.keyStoreRefusal();
    if (refusal !== null) return refusal;
    const { dataSource, columns, connection, budget } = subject;
    const wanted = domainColumns(columns, fingerprint);
    const domains = await session.columnDomains(relationOf(dataSource), wanted);
    const ids = new Map(columns.map(({ name, id }) => [name, id]));
    const kept = domains.map((domain): KeptDomain => ({ ...domain, columnId: ids.get(domain.name) ?? "" }));
    await keyStores.withKeyStore(targetOf(connection), budget, (store) =>
      store.replaceDomains(dataSource.id, kept, clock.now()),
    );
    return null;
  } catch (error) {
    // The reason alone: what the remote says of a value could quote it.
    if (error instanceof RemoteError && error.reason !== "cancelled") return error.reason;
    throw error;
  }
}

function domainColumns(
  columns: readonly SchemaColumn[],
  fingerprint: readonly FingerprintColumn[],
): readonly DomainColumn[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return fingerprint.flatMap(({ column: name, distinct, exact }) => {
    const column = byName.get(name);
    if (column === undefined) return [];
    const { dataType, remoteType } = column;
    const listed = distinct <= (exact ? maxDomainValues : maxDomainValues * estimateError);
    return [{ name, dataType, remoteType, listed }];
  });
}
