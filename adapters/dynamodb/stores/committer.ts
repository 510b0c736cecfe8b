import { gunzipSync, gzipSync } from "node:zlib";
import { EntityFormatter } from "dynamodb-toolbox/entity/actions/format";
import { PutTransaction } from "dynamodb-toolbox/entity/actions/transactPut";
import { DomainError } from "#core/errors/domain-error.ts";
import { latestCommitMs } from "#core/audit/settled.ts";
import { ReplayError, type KeptReply, type Write } from "#core/ports/change.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Committer } from "#core/ports/store.ts";
import { idTime } from "../id-time.ts";
import { commitSteps, type Step } from "../commit.ts";
import { keptReplyItem } from "../items/ledger.ts";
import { keys } from "../keys.ts";
import { getItem, type TableRef } from "../requests.ts";
import { stepsOf } from "../steps.ts";

const keptForSeconds = 86_400;
const seconds = (time: Date): number => Math.floor(time.getTime() / 1000);

const replayed = new DomainError("idempotency-key-reused");

/** Keeps a reply, where none is kept under its key or that one has expired. */
function keepStep(kept: KeptReply): Step {
  const at = seconds(new Date(kept.createdAt));
  const { Put } = keptReplyItem
    .build(PutTransaction)
    .item({ ...kept, body: gzipSync(kept.body), ttl: at + keptForSeconds })
    .options({
      tableName: "",
      condition: {
        or: [
          { attr: "v", exists: false },
          { attr: "ttl", lte: at },
        ],
      },
    })
    .params();
  return { item: { Put }, otherwise: replayed };
}

const tooLate = new DomainError("unavailable", "it took too long to be done");

/** Refuses what records something that was made so long ago that its part of the audit may be exported already. */
function demandInTime(writes: readonly Write[], now: Date): void {
  for (const one of writes) {
    if (one.write !== "audit") continue;
    const madeAt = idTime(one.record.id);
    if (madeAt !== null && now.getTime() - madeAt > latestCommitMs) throw tooLate;
  }
}

/** Commits a change as one transaction. */
export const committer = (ref: TableRef, clock: Clock): Committer => {
  const keptReply = async (userId: string, key: string): Promise<KeptReply | null> => {
    const item = await getItem(ref, keys.keptReply(userId, key));
    if (item === null) return null;
    const { ttl, body, ...kept } = keptReplyItem.build(EntityFormatter).format(item);
    if (ttl <= seconds(clock.now())) return null;
    return { ...kept, body: gunzipSync(body).toString("utf8") };
  };
  return {
    keptReply,
    async commit(writes, kept) {
      demandInTime(writes, clock.now());
      const steps = writes.flatMap(stepsOf);
      if (kept === undefined) return await commitSteps(ref, steps);
      try {
        // First, because a request that was done already is no conflict, whatever else stands in its way.
        await commitSteps(ref, [keepStep(kept), ...steps]);
      } catch (error) {
        if (error !== replayed) throw error;
        const earlier = await keptReply(kept.userId, kept.key);
        throw earlier === null
          ? new DomainError("contention", undefined, { cause: error })
          : new ReplayError(earlier);
      }
    },
  };
};
