import type { DataType } from "#contracts/resources/remote.ts";
import type { Relation, RemoteBudget, RemoteTarget } from "#core/ports/remote.ts";

/** More distinct values than this are not listed: the masks that need a list are of no use on such a column. */
export const maxDomainValues = 1000;

/** A column whose domain is wanted; `listed` where it holds few enough values to list them. */
export interface DomainColumn {
  readonly name: string;
  readonly dataType: DataType;
  readonly remoteType: string;
  readonly listed: boolean;
}

/**
 * What a column holds, as text. These are raw values: they go from the remote into Reeve's key schema inside
 * the same remote and nowhere else, in particular into no log, no error, no reply and no item.
 */
export interface ColumnDomain {
  readonly name: string;
  /** Null where the type has no order, or there is no value. Of a text its first thousand characters. */
  readonly minimum: string | null;
  readonly maximum: string | null;
  /** The lengths of the shortest and the longest text. */
  readonly shortest: number | null;
  readonly longest: number | null;
  /** Every distinct value, or null where there are more than `maxDomainValues` or one is very long. */
  readonly values: readonly string[] | null;
}

/**
 * Why the domains of a remote cannot be kept in it, until somebody changes that there: no key schema is there and the
 * login may make none, it is not the login's to write to, or others than the login may use what is kept in it.
 */
export const keyStoreRefusals = ["key-schema-missing", "permission-denied", "key-schema-open"] as const;
export type KeyStoreRefusal = (typeof keyStoreRefusals)[number];

/** Reading domains, in a read-only session. */
export interface DomainReader {
  /** Whether this login can keep domains in the remote's key schema, made by itself if need be; null where it can. */
  keyStoreRefusal(): Promise<KeyStoreRefusal | null>;
  /** The domains of columns, from every row. */
  columnDomains(relation: Relation, columns: readonly DomainColumn[]): Promise<readonly ColumnDomain[]>;
}

/** The domain of a column under the column's id, which outlives its name. */
export interface KeptDomain extends ColumnDomain {
  readonly columnId: string;
}

/** The one conversation that writes to a remote: into Reeve's key schema, which is the login's alone to read. */
export interface KeyStore {
  /**
   * Puts these domains in place of all that is kept of a data source, in one transaction; it makes the key schema
   * where there is none and there is something to keep. Two at once make it once.
   */
  replaceDomains(dataSourceId: string, domains: readonly KeptDomain[], at: Date): Promise<void>;
  /**
   * Removes what is kept of a data source, whoever else may use it, if `mayRemove` still says so once nobody else can
   * put anything there; gives what it said. Nothing is there to remove where the key schema is not.
   */
  removeDomains(dataSourceId: string, mayRemove: () => Promise<boolean>): Promise<boolean>;
  close(): Promise<void>;
}

/** For workers: a key store that lasts as long as the work. */
export interface KeyStores {
  withKeyStore<T>(
    target: RemoteTarget,
    budget: RemoteBudget,
    work: (store: KeyStore) => Promise<T>,
  ): Promise<T>;
}
