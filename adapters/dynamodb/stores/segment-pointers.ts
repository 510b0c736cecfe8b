import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { EntityFormatter } from "dynamodb-toolbox/entity/actions/format";
import { PutItemCommand } from "dynamodb-toolbox/entity/actions/put";
import type { SegmentPointers } from "#core/ports/catalog-segments.ts";
import { segmentPointerItem } from "../items/ledger.ts";
import { deltaPartitions, keys } from "../keys.ts";
import { deleteItems, getItem, queryItems, sent, type TableRef } from "../requests.ts";

/** So many deltas are read before they are removed. */
const droppedAtOnce = 500;

/** The pointer to the segment that stands, and the deltas that it makes superfluous. */
export const segmentPointers = (ref: TableRef): SegmentPointers => ({
  async segmentPointer() {
    const item = await getItem(ref, keys.segmentPointer());
    return item === null ? null : segmentPointerItem.build(EntityFormatter).format(item).pointer;
  },
  async moveSegmentPointer(pointer) {
    const before = pointer.version - 1;
    const params = segmentPointerItem
      .build(PutItemCommand)
      .item({ version: pointer.version, pointer })
      .options({
        tableName: ref.tableName,
        condition: before === 0 ? { attr: "v", exists: false } : { attr: "version", eq: before },
      })
      .params();
    try {
      await sent(ref, () => ref.client.send(new PutCommand(params)));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  },
  async dropDeltas(floor) {
    let dropped = 0;
    for (const partition of deltaPartitions) {
      for (let more = true; more;) {
        const items = await queryItems(ref, { partition, range: { lt: floor }, limit: droppedAtOnce });
        await deleteItems(
          ref,
          items.map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) })),
        );
        dropped += items.length;
        more = items.length === droppedAtOnce;
      }
    }
    return dropped;
  },
});
