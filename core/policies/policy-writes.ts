import { audited } from "#core/audit/record.ts";
import type { Call } from "#core/call/call.ts";
import { isSameValue } from "#core/call/same-value.ts";
import type { DomainError } from "#core/errors/domain-error.ts";
import type { Policy } from "#core/policies/policy.ts";
import { sentenceOf, type Names } from "#core/policies/said.ts";
import type { Write } from "#core/ports/change.ts";
import type { Ids } from "#core/ports/clock.ts";

/** What a change of a policy is told with. */
export interface PolicyChange {
  readonly before: Policy | null;
  readonly after: Policy | null;
}

/** Whether a global policy decides something that it did not, or the other way round: then everybody's decisions change. */
const changesDecisions = ({ before, after }: PolicyChange): boolean => {
  const deciding = [before, after].filter(
    (policy) => policy?.dataSourceId === null && policy.state === "active",
  );
  return deciding.length > 0 && (deciding.length === 1 || !isSameValue(before?.rule, after?.rule));
};

/** The write of the record itself. */
function recordWrite({ before, after }: PolicyChange, otherwise: DomainError): readonly Write[] {
  if (after === null) {
    return before === null ? [] : [{ write: "remove", kind: "policy", record: before, otherwise }];
  }
  return before === null
    ? [{ write: "create", kind: "policy", record: after }]
    : [{ write: "replace", kind: "policy", record: after, expected: before.version, otherwise }];
}

/** The record of a change: of a policy of one data source with that data source, so that its owners find it. */
function auditWrite(
  ids: Ids,
  call: Call,
  at: Date,
  { before, after }: PolicyChange,
  names: Names,
): readonly Write[] {
  const policy = after ?? before;
  if (policy === null) return [];
  const verb = before === null ? "create" : after === null ? "delete" : "update";
  const resource =
    policy.dataSourceId === null
      ? { type: "policy", id: policy.id }
      : { type: "data-source", id: policy.dataSourceId };
  return [
    audited(ids, at, call, {
      action: `policy:${verb}`,
      resource,
      details: {
        policyId: policy.id,
        ...(before === null ? {} : { before: told(before, names) }),
        ...(after === null ? {} : { after: told(after, names) }),
      },
    }),
  ];
}

const told = ({ name, state, rule }: Policy, names: Names) => ({
  name,
  state,
  sentence: sentenceOf(rule, names),
});

/**
 * The writes of a change of a policy: the record, its audit record and, where a global one decides otherwise than before, that
 * everybody reads anew what applies. However many data sources that are, none of them is written.
 */
export const policyWrites = (
  ids: Ids,
  call: Call,
  at: Date,
  change: PolicyChange,
  { names, otherwise }: { readonly names: Names; readonly otherwise: DomainError },
): readonly Write[] => [
  ...recordWrite(change, otherwise),
  ...(changesDecisions(change) ? [{ write: "directory-changed" } as const] : []),
  ...auditWrite(ids, call, at, change, names),
];
