import { toldFacts, type Decision } from "#core/dbt/sync/plan/decisions.ts";
import type { SyncState } from "#core/dbt/sync/run/sync-input.ts";
import type { SnapshotRelation } from "#core/dbt/snapshot.ts";
import type { ReportKind } from "#contracts/resources/job-report.ts";
import type { FactChange, ReportEntry } from "#core/jobs/job-report.ts";
import type { Write } from "#core/ports/change.ts";

/** A line of a sync's report. */
export interface Line {
  readonly kind: ReportKind;
  readonly entry: ReportEntry;
  /** Whether the line is about something that came back: it is counted by itself. */
  readonly restored?: boolean;
}

/** So many lines make a part, or fewer where they are long: DynamoDB's limit for an item is 400 KB. */
const linesInPart = 200;
const partBytes = 250_000;

/** Of one relation so many oddities are told. */
const warningsTold = 5;

const lineOn = (
  kind: ReportKind,
  { schema, table, facts }: Pick<SnapshotRelation, "schema" | "table" | "facts">,
  of: Partial<ReportEntry>,
): Line => ({
  kind,
  entry: { schema, table, made: null, reason: null, detail: "", uniqueId: facts.uniqueIds[0], ...of },
});

/** The lines about one decision; `id` is the data source that was made by it, where one was. */
export function linesOf(decision: Decision, id: string | null): readonly Line[] {
  const { relation } = decision;
  switch (decision.does) {
    case "check":
      return [];
    case "skip":
      return [lineOn("skipped", relation, decision.skip)];
    case "create": {
      const made = { id, name: decision.name };
      return [lineOn("created", relation, { made }), ...warnings(relation, made, decision.word.warnings)];
    }
    case "restore": {
      const made = nameOf(decision.view.dataSource);
      const line = lineOn("created", relation, { made, detail: cameBack(decision.comparison) });
      return [{ ...line, restored: true }, ...warnings(relation, made, decision.under.warnings)];
    }
    case "update": {
      const made = nameOf(decision.view.dataSource);
      const changes = toldFacts(decision);
      const detail = decision.attaches ? "attached" : "";
      return [
        ...(changes.length === 0 && !decision.attaches
          ? []
          : [lineOn("updated", relation, { made, detail, changes })]),
        ...warnings(relation, made, decision.under.warnings),
      ];
    }
  }
}

const nameOf = ({ id, name }: { readonly id: string; readonly name: string }) => ({ id, name });

const cameBack = (comparison: string): string =>
  comparison === "unchanged" ? "restored" : `restored, disabled: ${comparison}`;

const warnings = (
  relation: SnapshotRelation,
  made: ReportEntry["made"],
  texts: readonly string[],
): readonly Line[] => {
  const told = texts.slice(0, warningsTold);
  const more = texts.length - told.length;
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].map((detail) =>
    lineOn("warning", relation, { made, detail }),
  );
};

/** The line about a data source whose relation is no longer there. */
export const departedLine = (
  kind: "deleted" | "updated",
  {
    id,
    name,
    remote,
  }: { readonly id: string; readonly name: string; readonly remote: { schema: string; table: string } },
  uniqueId: string | undefined,
  changes: readonly FactChange[] = [],
): Line => ({
  kind,
  entry: {
    schema: remote.schema,
    table: remote.table,
    made: { id, name },
    reason: null,
    detail: kind === "deleted" ? "its relation is not in the project any more" : "detached",
    uniqueId,
    changes,
  },
});

/** A line about a node that came to no relation, or about the snapshot as a whole. */
export const nodeLine = (kind: "skipped" | "warning", of: Partial<ReportEntry>): Line => ({
  kind,
  entry: { schema: "", table: null, made: null, reason: null, detail: "", ...of },
});

/** The parts that hold some lines, and the state with them counted. */
export function reported(
  state: SyncState,
  lines: readonly Line[],
  about: { readonly jobId: string; readonly writtenAt: string },
): { readonly state: SyncState; readonly writes: readonly Write[] } {
  const parts = { ...state.parts };
  const writes: Write[] = [];
  for (const [kind, ofKind] of Map.groupBy(lines, (line) => line.kind)) {
    for (const entries of inParts(ofKind)) {
      writes.push({ write: "report", part: { ...about, kind, number: parts[kind], entries } });
      parts[kind] += 1;
    }
  }
  return { state: { ...state, parts, result: counted(state.result, lines) }, writes };
}

function inParts(lines: readonly Line[]): readonly (readonly ReportEntry[])[] {
  const parts: ReportEntry[][] = [];
  let bytes = 0;
  for (const { entry } of lines) {
    const size = new TextEncoder().encode(JSON.stringify(entry)).length;
    const last = parts.at(-1);
    if (last === undefined || last.length === linesInPart || bytes + size > partBytes) {
      parts.push([entry]);
      bytes = size;
    } else {
      last.push(entry);
      bytes += size;
    }
  }
  return parts;
}

function counted(result: SyncState["result"], lines: readonly Line[]): SyncState["result"] {
  const skipped = { ...result.skipped };
  const counts = { created: 0, updated: 0, deleted: 0, restored: 0, warning: 0, skipped: 0 };
  for (const { kind, entry, restored } of lines) {
    counts[restored === true ? "restored" : kind] += 1;
    if (kind === "skipped" && entry.reason !== null) {
      skipped[entry.reason] = (skipped[entry.reason] ?? 0) + 1;
    }
  }
  return {
    ...result,
    created: result.created + counts.created,
    updated: result.updated + counts.updated,
    deleted: result.deleted + counts.deleted,
    restored: result.restored + counts.restored,
    skipped,
    warnings: result.warnings + counts.warning,
  };
}
