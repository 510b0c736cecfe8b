import * as fc from "fast-check";
import { expect, it } from "vitest";
import { DomainError } from "#core/errors/domain-error.ts";
import { aChange, documentsOf } from "#test/support/catalog-model.ts";
import {
  aSegmentedCatalog,
  Crash,
  listed,
  rolesListed,
  rolesWanted,
  wanted,
  type SegmentedCatalog,
} from "#test/support/segmented-catalog.ts";

const minute = 60_000;

const steps = ["read pointer", "put segment", "move pointer", "drop deltas", "remove segment"] as const;

/** What may happen to a catalog's index at any time. */
const aMoment = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant("changes" as const),
      of: fc.array(aChange, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constant("compaction" as const),
      dies: fc.option(fc.constantFrom(...steps)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ is: fc.constant("time" as const), minutes: fc.constantFrom(1, 7, 60, 1500) }),
  },
);
type Moment = typeof aMoment extends fc.Arbitrary<infer T> ? T : never;

/** And a rebuild, while which it may happen too, and a look at a replica. */
const anEvent = fc.oneof(
  { weight: 11, arbitrary: aMoment },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant("rebuild" as const),
      meanwhile: fc.array(aMoment, { maxLength: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ is: fc.constant("look" as const) }) },
);
type Event = typeof anEvent extends fc.Arbitrary<infer T> ? T : never;

async function happen(catalog: SegmentedCatalog, one: Event | Moment): Promise<void> {
  switch (one.is) {
    case "changes": {
      const version = catalog.changes.length;
      catalog.add(one.of.map((change, index) => documentsOf(change, version + index + 1)));
      return;
    }
    case "time":
      catalog.clock.advance(one.minutes * minute);
      return;
    case "rebuild":
      catalog.whileRead(async () => {
        for (const each of one.meanwhile) await happen(catalog, each);
      });
      await catalog
        .compaction()
        .rebuild()
        .catch((error: unknown) => {
          if (!(error instanceof DomainError && error.code === "contention")) throw error;
        });
      return;
    case "compaction":
      catalog.breakAt(one.dies);
      await catalog
        .compaction()
        .compact()
        .catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
      catalog.breakAt(null);
      return;
    case "look":
  }
}

it("lists everything, and knows who is what, after any history of changes, compactions and crashes, warm or cold", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anEvent, { maxLength: 20 }), async (events) => {
      const catalog = await aSegmentedCatalog();
      const warm = catalog.replica();
      for (const one of events) {
        await happen(catalog, one);
        // Not after every event: what it has not looked at for long is what a replica may lack.
        const seen = one.is === "look" ? await listed(warm) : wanted(catalog);
        expect(seen).toEqual(wanted(catalog));
      }
      expect(await listed(warm)).toEqual(wanted(catalog));
      expect(await listed(catalog.replica())).toEqual(wanted(catalog));
      for (const replica of [warm, catalog.replica()]) {
        expect(await rolesListed(replica)).toEqual(rolesWanted(catalog));
      }
    }),
    { numRuns: 40 },
  );
});
