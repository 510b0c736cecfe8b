import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import { ulids } from "#adapters/system/system-clock.ts";
import { checkChain } from "#cli/verification/check-chain.ts";
import { checkedObjects } from "#cli/verification/read-objects.ts";
import type { AuditRecord } from "#core/audit/audit-record.ts";
import { exportAudit, type ExportDeps } from "#core/audit/export/export-audit.ts";
import { firstAdministratorId } from "#core/people/administrators.ts";
import { settledAfterMs } from "#core/audit/settled.ts";
import { aMadeRecord, anExportsDirectory, exportDeps } from "#test/support/audit-exports.ts";
import { breakingClient, killedAt, type Breaker } from "#test/support/broken-steps.ts";
import { FixedClock } from "#test/support/fixed-clock.ts";
import { aUser } from "#test/support/records.ts";
import { aStore, aTable, testClient } from "#test/support/store.ts";

/** What happens next: records are made and committed, some of them late; and then exports run, some of them killed. */
interface Turn {
  readonly waitMinutes: number;
  readonly records: number;
  /** How long each is committed after it was made. */
  readonly lateMinutes: number;
  /** The step at which each run is killed; 0 for one that is not. More than one run at once. */
  readonly runs: readonly number[];
}

const aTurn: fc.Arbitrary<Turn> = fc.record({
  waitMinutes: fc.oneof(fc.integer({ min: 1, max: 90 }), fc.constantFrom(24 * 60, 36 * 60)),
  records: fc.integer({ min: 0, max: 9 }),
  lateMinutes: fc.integer({ min: 0, max: 15 }),
  runs: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 30 })), { maxLength: 2 }),
});

const objectsOf = (deps: ExportDeps, breaker: Breaker): ExportDeps["objects"] => ({
  async put(...given) {
    const [before, after] = [breaker("before put"), "after put"];
    if (before !== null) throw before;
    await deps.objects.put(...given);
    const failure = breaker(after);
    if (failure !== null) throw failure;
  },
});

/** One run of the export, killed at a step of its own. */
async function run(deps: ExportDeps, tableName: string, step: number): Promise<void> {
  if (step === 0) {
    await exportAudit(deps);
    return;
  }
  const { breaker } = killedAt(step);
  const client = breakingClient(testClient(), breaker);
  const store = dynamoStore({ client, tableName, clock: deps.clock });
  await exportAudit({ ...deps, store, objects: objectsOf(deps, breaker) }).catch(() => undefined);
  client.destroy();
}

it("whatever is recorded is exported once, in order and without a gap, wherever exports die and however many run", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aTurn, { minLength: 3, maxLength: 6 }), async (turns) => {
      const [tableName, directory] = [await aTable(), anExportsDirectory()];
      const { store, clock } = await aStore({ tableName, clock: new FixedClock("2026-01-02T21:04:05.000Z") });
      const first = aUser({ id: firstAdministratorId, createdAt: clock.now().toISOString() });
      await store.commit([{ write: "create", kind: "user", record: first }]);
      const deps = { ...exportDeps({ store, clock, ids: ulids(clock) }, directory) };
      const bounded = { ...deps, bounds: { records: 4, bytes: 1500 } };
      const recorded: string[] = [];
      for (const { waitMinutes, records, lateMinutes, runs } of turns) {
        clock.advance(waitMinutes * 60_000);
        const made = Array.from({ length: records }, () => {
          clock.advance(1);
          return aMadeRecord(deps.ids, clock.now(), { requestId: `req_${recorded.length}` });
        });
        const commit = async (some: readonly AuditRecord[]) => {
          if (some.length > 0) await store.commit(some.map((record) => ({ write: "audit", record })));
          recorded.push(...some.map(({ id }) => id));
        };
        // Half of them at once, half of them late: an export between must not go past these.
        await commit(made.filter((_, index) => index % 2 === 0));
        clock.advance(lateMinutes * 60_000 - records);
        await run(bounded, tableName, runs[1] ?? 0);
        await commit(made.filter((_, index) => index % 2 === 1));
        await Promise.all(runs.map((step) => run(bounded, tableName, step)));
      }
      clock.advance(3_600_000 + settledAfterMs);
      expect(await exportAudit(bounded)).toMatchObject({ ended: "exported-all" });
      const listed = (await store.auditExports(null, 1000)).toReversed();
      const objects = await checkedObjects(directory);
      expect(objects).toHaveLength(listed.length);
      const least = listed.length;
      expect(checkChain(objects, { by: "service", listed, least })).toEqual([]);
      expect(checkChain(objects, { by: "hash", sha256: listed.at(-1)?.sha256 ?? "" })).toEqual([]);
      const lines = listed.flatMap(({ object }) =>
        readFileSync(join(directory, object), "utf8").trimEnd().split("\n").slice(0, -1),
      );
      expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(recorded.toSorted());
    }),
    { numRuns: 5 },
  );
});
