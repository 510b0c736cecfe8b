import type { Relation } from "#core/ports/remote.ts";

/** Column types that every technology has. */
export type PlainType = "boolean" | "integer" | "decimal" | "text" | "timestamp";

/** A column to make. */
export interface ColumnSpec {
  readonly name: string;
  readonly type: PlainType;
  readonly nullable?: boolean;
  readonly comment?: string;
  readonly key?: "primary" | "unique";
}

/** A table to make, rows and all. */
export interface TableSpec {
  readonly name?: string;
  readonly comment?: string;
  readonly columns: readonly ColumnSpec[];
  readonly rows?: readonly (readonly (string | number | boolean | null)[])[];
}

type Config = Readonly<Record<string, unknown>>;
type Credentials = Readonly<Record<string, string>>;

/** What the contract suite needs made in a technology's own way, by a login that may make it. */
export interface ConnectorFixture {
  /** How to reach the database as a reader who may read all that the fixture makes, unless it says otherwise. */
  readonly config: () => Config;
  readonly credentials: () => Credentials;
  /** A schema with a name of its own. */
  readonly aSchema: () => Promise<string>;
  readonly aTable: (schema: string, table: TableSpec) => Promise<Relation>;
  /** A table whose column `n` counts from 1 to `rows`, `tenth` is n modulo 10, and `half` is null for odd n. */
  readonly aLargeTable: (schema: string, rows: number) => Promise<Relation>;
  readonly aView: (schema: string, of: Relation) => Promise<Relation>;
  /** A view that exists, and fails once a row of it is computed. */
  readonly aFailingView: (schema: string) => Promise<Relation>;
  /** A view that takes longer than any test to give its first row. */
  readonly aSlowView: (schema: string) => Promise<Relation>;
  /** Credentials of a login that may connect and read nothing. */
  readonly strangerCredentials: () => Promise<Credentials>;
  /** A configuration of a place where nobody listens. */
  readonly deadConfig: () => Promise<Config>;
  /** How many statements that read the relation the server is executing now. */
  readonly running: (relation: Relation) => Promise<number>;
  /** Names that a careless quoting would break. */
  readonly oddNames: readonly string[];
}
