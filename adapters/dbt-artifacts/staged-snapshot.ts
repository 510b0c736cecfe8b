import { createHash } from "node:crypto";
import type { Snapshot, SnapshotOrigin, SnapshotRelation, SnapshotSkip } from "#core/dbt/snapshot.ts";
import { fieldsOf } from "#core/dbt/snapshot/artifact-json.ts";
import { digestOf } from "#core/dbt/digest.ts";
import { canonicalForms } from "#core/dbt/snapshot/canonical.ts";
import type { GroupOwners } from "#core/dbt/snapshot/facts.ts";
import type { ProjectFacts } from "#core/dbt/snapshot/origin.ts";
import { mergedRelation, relationOf, type RelationFacts } from "#core/dbt/snapshot/relation.ts";
import { placeOf, type Row, type Staging } from "./staging.ts";

const found = `
select node.id, node.data, catalog.data as told, built.id is not null as built from node
left join catalog on catalog.id = node.id left join built on built.id = node.id`;
const byPlace = "order by node.place, node.rank, node.id";

/** So that a project of nothing but oddities does not fill memory with them. */
export const mostWarnings = 100;

/** Half of it is enough: nobody gains by facts of one hash, and bindings hold one for each relation. */
const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);

const finished = (relation: RelationFacts): SnapshotRelation => ({
  ...relation,
  digest: digestOf(canonicalForms(relation), hash),
});

/** A snapshot whose relations are made from what is staged as they are asked for. */
export class StagedSnapshot implements Snapshot {
  readonly size: number;
  readonly skipped: readonly SnapshotSkip[];
  readonly warnings: readonly string[];
  private readonly staging: Staging;
  private readonly project: ProjectFacts;
  private readonly groups: GroupOwners;

  constructor(
    staging: Staging,
    of: {
      readonly project: ProjectFacts;
      readonly groups: GroupOwners;
      readonly skipped: readonly SnapshotSkip[];
      readonly warnings: readonly string[];
    },
  ) {
    this.staging = staging;
    this.project = of.project;
    this.groups = of.groups;
    this.skipped = of.skipped;
    this.size = Number(staging.get("select count(distinct place) as size from node")?.["size"]);
    this.warnings = [...of.warnings, ...this.mergedDespiteCase()];
  }

  get origin(): SnapshotOrigin {
    return this.project.origin;
  }

  *relations(): Iterable<SnapshotRelation> {
    let open: RelationFacts | null = null;
    for (const row of this.staging.rows(`${found} ${byPlace}`)) {
      const next = this.factsOf(row);
      if (open !== null && open.key === next.key) {
        open = mergedRelation(open, next);
        continue;
      }
      if (open !== null) yield finished(open);
      open = next;
    }
    if (open !== null) yield finished(open);
  }

  relation(key: string): SnapshotRelation | undefined {
    const nodes = this.nodesAt(placeOf(key));
    return nodes.length === 0 ? undefined : finished(nodes.reduce(mergedRelation));
  }

  private nodesAt(place: Uint8Array): readonly RelationFacts[] {
    const rows = this.staging.rows(`${found} where node.place = ? ${byPlace}`, place);
    return [...rows].map((row) => this.factsOf(row));
  }

  private factsOf(row: Row): RelationFacts {
    const uniqueId = String(row["id"]);
    const relation = relationOf(
      {
        uniqueId,
        node: fieldsOf(JSON.parse(String(row["data"]))),
        catalog: typeof row["told"] === "string" ? JSON.parse(row["told"]) : null,
        built: row["built"] === 1,
      },
      this.project,
      this.groups,
    );
    if (relation === null) throw new Error(`${uniqueId} was staged and is no relation`);
    return relation;
  }

  /** Nodes that are one relation here although the warehouse may keep two, whose names differ only in case. */
  private mergedDespiteCase(): readonly string[] {
    const several = this.staging.rows("select place from node group by place having count(*) > 1");
    const said: string[] = [];
    for (const { place } of several) {
      if (said.length === mostWarnings) break;
      const [first, ...others] = this.nodesAt(place as Uint8Array);
      const name = (one: RelationFacts | undefined) => [one?.database, one?.schema, one?.table].join(".");
      const other = others.find((one) => name(one) !== name(first));
      if (other !== undefined) {
        const [one, two] = [first, other].map((node) => node?.facts.uniqueIds[0]);
        said.push(`${one} and ${two} differ only in the case of their names and are taken as one relation`);
      }
    }
    return said;
  }

  close(): void {
    this.staging.close();
  }
}
