import { relationTypes } from "#core/dbt/snapshot/choose-node.ts";
import { all, fields, members, within, type Walk } from "./scan-plan.ts";

/** What counts of a node: what tells which relation it is, and what is only kept. SQL, macros, documentation blocks, tests and the maps of parents are passed over. */
const node = fields(
  [
    "alias",
    "config",
    "database",
    "identifier",
    "name",
    "package_name",
    "relation_name",
    "resource_type",
    "schema",
  ],
  [
    "access",
    "columns",
    "contract",
    "depends_on",
    "description",
    "group",
    "meta",
    "quoting",
    "tags",
    "version",
  ],
);

/** What a disabled node is known by. */
const disabledNode = fields(["config", "package_name", "resource_type", "unique_id"]);

/** Kinds of nodes whose ids tell that they are no relation, and which are most of a project. */
const passedOver = /^(?:test|unit_test|analysis|operation|sql_operation|rpc)\./;

export const manifestPlan: Walk = members({
  metadata: all,
  nodes: within((uniqueId) => (passedOver.test(uniqueId) ? null : node)),
  sources: within(() => node),
  groups: within(() => fields(["name", "owner", "package_name"])),
  // A list of nodes up to version 3, lists of nodes by unique id from version 4.
  disabled: within(() => within(() => null, disabledNode), disabledNode),
});

export const catalogPlan: Walk = members({
  metadata: all,
  nodes: within(() => fields([], ["columns", "metadata"])),
  sources: within(() => fields([], ["columns", "metadata"])),
});

export const runResultsPlan: Walk = members({
  metadata: all,
  results: within(() => null, fields(["status", "unique_id"])),
  args: fields(["command", "rpc_method", "which"]),
});

const relation = new RegExp(`^(?:${relationTypes.join("|")})\\.`);

/** Whether an id is of a kind that relations are of. */
export const mayBeRelation = (uniqueId: string): boolean => relation.test(uniqueId);
