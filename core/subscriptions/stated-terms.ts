import type * as z from "zod";
import type {
  subscriptionPolicy,
  subscriptionPolicyStatement,
} from "#contracts/resources/subscription-policy.ts";
import type { AccessDirectory } from "#core/access/directory.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { ProblemError } from "#contracts/problems.ts";
import type { OwnSubscription, Who } from "#core/subscriptions/subscription-policy.ts";

type Statement = z.output<typeof subscriptionPolicyStatement>;
type GivenEntitlement = NonNullable<Statement["entitlement"]>;
type Entitlement = NonNullable<z.output<typeof subscriptionPolicy>["entitlement"]>;
type Group = Extract<Who, { readonly who: "group" }>;
type Attribute = Extract<Who, { readonly who: "attribute" }>;

/** The terms that an owner states: whoever is to approve is an owner where nobody is named. */
export function statedTerms(
  { kind, discoverable, approvers = [], entitlement }: Statement,
  directory: AccessDirectory,
): OwnSubscription {
  const errors = misplaced({ kind, discoverable, approvers, entitlement });
  if (errors.length > 0) throw new DomainError("invalid-request", undefined, { errors });
  const when = entitlement === undefined ? null : conditionOf(entitlement, directory);
  const asked = approvers.length === 0 ? (["owner"] as const) : approvers;
  return {
    kind,
    discoverable,
    approvers: kind === "approval" ? asked : [],
    when,
    source: "owner",
    policyId: null,
  };
}

/** What is said of a kind of policy that has no such thing. */
function misplaced({ kind, approvers = [], entitlement }: Statement): readonly ProblemError[] {
  const error = (field: string, kinds: string): ProblemError => ({
    in: "body",
    pointer: `/${field}`,
    detail: `is for ${kinds} alone`,
  });
  return [
    ...(approvers.length > 0 && kind !== "approval" ? [error("approvers", "`approval`")] : []),
    ...(entitlement !== undefined && kind !== "entitlement" && kind !== "approval"
      ? [error("entitlement", "`entitlement` and `approval`")]
      : []),
  ];
}

/** The condition; null where it names nothing. A group is known by its id from now on, so that it may be renamed. */
function conditionOf(
  { operator, groups = [], attributes = [] }: GivenEntitlement,
  directory: AccessDirectory,
): Who | null {
  const of: readonly Who[] = [
    ...groups.map((name): Group => {
      const group = directory.groupNamed(name);
      return { who: "group", id: group?.id ?? null, name: group?.name ?? name };
    }),
    ...attributes.map(({ name, values }): Attribute => ({ who: "attribute", name, values: values ?? null })),
  ];
  return of.length === 0 ? null : { who: operator, of };
}

const isSimple = (who: Who): who is Group | Attribute => who.who === "group" || who.who === "attribute";

/** A condition as it is stated, with the names that groups have now; null where there is none, or it is more than that. */
export function entitlementOf(when: Who | null, directory: AccessDirectory): Entitlement | null {
  if (when === null || when.who === "not") return null;
  const [operator, parts] = isSimple(when) ? (["all", [when]] as const) : ([when.who, when.of] as const);
  const simple = parts.filter(isSimple);
  if (simple.length < parts.length) return null;
  return {
    operator,
    groups: simple.flatMap((part) => (part.who === "group" ? [groupName(part, directory)] : [])),
    attributes: simple.flatMap((part) =>
      part.who === "attribute"
        ? [{ name: part.name, values: part.values === null ? null : [...part.values] }]
        : [],
    ),
  };
}

const groupName = ({ id, name }: Group, directory: AccessDirectory): string =>
  (id === null ? undefined : directory.group(id)?.name) ?? name;
