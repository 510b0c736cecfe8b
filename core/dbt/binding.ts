/**
 * Which data source a relation of an integration is. A live data source with a layer of dbt's has exactly one, and what
 * an integration made and somebody deleted keeps its own until it is purged, so that it can come back.
 */
export interface Binding {
  readonly integrationId: string;
  /** `SnapshotRelation.key`. */
  readonly relation: string;
  readonly dataSourceId: string;
  /** Whether the integration made it, and so may delete it. */
  readonly owned: boolean;
  /** Whether the data source is deleted, softly. */
  readonly deleted: boolean;
  /** Of dbt's facts as they stand in the catalog (`standsAs`); null where somebody took some of them away. */
  readonly digest: string | null;
}
