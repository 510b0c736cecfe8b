import type { ReeveClient } from "#client/client.ts";
import { subscriptionPolicyStatement } from "#contracts/resources/subscription-policy.ts";
import { checked } from "../input/check.ts";
import { printOne } from "../output/print.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { dataSourceId } from "./resolve.ts";

type Policy = Awaited<ReturnType<ReeveClient["getSubscriptionPolicy"]>>;

/** The options of `subscription-policy set`. */
export interface PolicyStatement {
  readonly kind: string;
  readonly discoverable?: boolean;
  readonly approver?: readonly string[];
  readonly operator?: string;
  readonly group?: readonly string[];
  readonly attribute?: readonly string[];
}

const yes = (value: boolean): string => (value ? "yes" : "no");

function entitlementText({ entitlement }: Policy): string {
  if (entitlement === null) return "";
  const parts = [
    ...entitlement.groups.map((name) => `group ${name}`),
    ...entitlement.attributes.map(({ name, values }) =>
      values === null ? `attribute ${name}` : `${name} ${values.join(" or ")}`,
    ),
  ];
  return parts.join(entitlement.operator === "all" ? " and " : ", or ");
}

function print(session: Session, policy: Policy): void {
  const { applies } = policy;
  printOne(session, policy, [
    ["kind", policy.kind],
    ["discoverable", yes(policy.discoverable)],
    ["approvers", policy.approvers.join(", ")],
    ["admits", entitlementText(policy)],
    ["stated by", policy.source === "default" ? "the settings" : "an owner"],
    ...applies.policies.map(
      ({ from, name, id, kind }) =>
        ["counts", `${from === "global" ? (name ?? id) : from}: ${kind}`] as const,
    ),
    ["together", applies.combination === "all" ? "all must hold" : "any may admit"],
    ["you: subscribed", yes(applies.automatic)],
    ["you: may ask", applies.ask === null ? "no" : applies.ask.join(", ") || "yes, at once"],
  ]);
  for (const warning of policy.warnings) say(session.terminal, warning);
}

/** Who may subscribe, and what that means to whoever asks. */
export async function getSubscriptionPolicy(session: Session, source: string): Promise<void> {
  const params = { dataSourceId: await dataSourceId(session, source) };
  print(session, await session.client.getSubscriptionPolicy({ params }));
}

/** Attributes as they were typed: a name alone, or with a value; the values of one name go together. */
function attributesOf(given: readonly string[]) {
  const values = new Map<string, string[]>();
  for (const text of given) {
    const [, name = "", value] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
    const known = values.get(name) ?? [];
    if (value !== undefined) known.push(value);
    values.set(name, known);
  }
  return [...values].map(([name, of]) => (of.length === 0 ? { name } : { name, values: of }));
}

/** States who may subscribe. */
export async function setSubscriptionPolicy(
  session: Session,
  source: string,
  options: PolicyStatement,
): Promise<void> {
  const { kind, discoverable = false, approver, operator = "all", group, attribute } = options;
  const entitlement =
    group === undefined && attribute === undefined
      ? {}
      : { entitlement: { operator, groups: group ?? [], attributes: attributesOf(attribute ?? []) } };
  const given = {
    kind,
    discoverable,
    ...(approver === undefined ? {} : { approvers: approver }),
    ...entitlement,
  };
  const body = subscriptionPolicyStatement.parse(checked(subscriptionPolicyStatement, given));
  const params = { dataSourceId: await dataSourceId(session, source) };
  print(session, await session.client.setSubscriptionPolicy({ params, body }));
}
