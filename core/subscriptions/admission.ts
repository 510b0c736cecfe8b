import type { SubscriptionCombination } from "#core/access/directory.ts";
import { foldName } from "#core/names/fold.ts";
import type { Caller } from "#core/people/caller.ts";
import type {
  ApproverKind,
  OwnSubscription,
  SubscriptionTerms,
  Who,
} from "#core/subscriptions/subscription-policy.ts";

/** What the subscription policies of a data source mean to one person. */
export interface Admission {
  /** Subscribed without anybody doing anything, for as long as it holds. */
  readonly automatic: boolean;
  /** Whether they may know of the data source. */
  readonly discoverable: boolean;
  /** Whose approval a request needs, each from a different person; null where they may not ask. */
  readonly ask: readonly ApproverKind[] | null;
}

type Person = Pick<Caller, "memberOf" | "standing" | "directory" | "lapsed">;

/**
 * Whether a condition holds for somebody. What is not known does not hold, nor does its opposite: of a group that is not
 * there, or that a provider whose word is too old keeps, nobody is told to be no member.
 */
export const satisfies = (person: Person, who: Who): boolean => holds(person, who) === true;

/** True, false, or null where it is not known. */
function holds(person: Person, who: Who): boolean | null {
  switch (who.who) {
    case "all":
      return all(who.of.map((part) => holds(person, part)));
    case "any":
      return opposite(all(who.of.map((part) => opposite(holds(person, part)))));
    case "not":
      return opposite(holds(person, who.of));
    case "group":
      return isMember(person, who);
    case "attribute":
      return hasAttribute(person, who);
  }
}

const opposite = (held: boolean | null): boolean | null => (held === null ? null : !held);

function all(parts: readonly (boolean | null)[]): boolean | null {
  if (parts.includes(false)) return false;
  return parts.includes(null) ? null : true;
}

/** By id; by name where the group was not known when it was written. */
function isMember(
  { memberOf, directory, lapsed }: Person,
  { id, name }: Extract<Who, { readonly who: "group" }>,
): boolean | null {
  const group = id === null ? directory.groupNamed(name) : directory.group(id);
  if (group === undefined) return null;
  if (memberOf.some((of) => of.id === group.id)) return true;
  return group.providerId !== null && lapsed.includes(group.providerId) ? null : false;
}

/** Names ignore case, values are exact. Any provider whose word is too old may have stated it. */
function hasAttribute(
  { standing, lapsed }: Person,
  { name, values }: Extract<Who, { readonly who: "attribute" }>,
): boolean | null {
  const folded = foldName(name);
  // What every object has by birth is no attribute of anybody.
  const has = Object.hasOwn(standing, folded) ? (standing[folded] ?? []) : [];
  const found = values === null ? has.length > 0 : has.some((value) => values.includes(value));
  return found || lapsed.length === 0 ? found : null;
}

/** The policies that count: what global policies say takes the place of the default, and stands beside an owner's own. */
export const countingTerms = <T extends SubscriptionTerms>(
  own: OwnSubscription,
  globals: readonly T[],
): readonly (OwnSubscription | T)[] =>
  globals.length > 0 && own.source === "default" ? globals : [own, ...globals];

/** Whether a policy's condition admits somebody. An entitlement without one admits nobody: what is not stated is not given. */
const isAdmitted = (person: Person, { kind, when }: SubscriptionTerms): boolean =>
  when === null ? kind !== "entitlement" : satisfies(person, when);
/** Whether policies can subscribe anybody by themselves. */
export function mayAdmit(terms: readonly SubscriptionTerms[], combination: SubscriptionCombination): boolean {
  const admits = ({ kind }: SubscriptionTerms): boolean => kind === "anyone" || kind === "entitlement";
  return combination === "any" ? terms.some(admits) : terms.length > 0 && terms.every(admits);
}

/** What one policy means to somebody. */
function admissionOf(person: Person, terms: SubscriptionTerms): Admission {
  const { kind, discoverable, approvers } = terms;
  const admitted = isAdmitted(person, terms);
  switch (kind) {
    case "anyone":
    case "entitlement":
      return { automatic: admitted, discoverable, ask: admitted ? [] : null };
    case "approval":
      return { automatic: false, discoverable, ask: admitted ? approvers : null };
    case "individual":
      return { automatic: false, discoverable, ask: null };
  }
}

/**
 * What several policies mean together. All must hold: entitled and approved, by everybody whom any of them asks for,
 * the strictest being individual; found only where each lets it be found. Or any may admit.
 */
export function admission(
  person: Person,
  terms: readonly SubscriptionTerms[],
  combination: SubscriptionCombination,
): Admission {
  const each = terms.map((of) => admissionOf(person, of));
  const asks = each.flatMap(({ ask }) => (ask === null ? [] : [ask]));
  if (combination === "any") {
    return {
      automatic: each.some(({ automatic }) => automatic),
      discoverable: each.some(({ discoverable }) => discoverable),
      // The fewest approvals that would do.
      ask: asks.toSorted((a, b) => a.length - b.length)[0] ?? null,
    };
  }
  return {
    automatic: each.length > 0 && each.every(({ automatic }) => automatic),
    discoverable: each.length > 0 && each.every(({ discoverable }) => discoverable),
    ask: asks.length === each.length && asks.length > 0 ? mostOfEach(asks) : null,
  };
}

/** As many approvals of each kind as the policy that asks for most of them. */
function mostOfEach(asks: readonly (readonly ApproverKind[])[]): readonly ApproverKind[] {
  const kinds = [...new Set(asks.flat())];
  return kinds.flatMap((kind) => {
    const counts = asks.map((ask) => ask.filter((each) => each === kind).length);
    return Array.from({ length: Math.max(...counts) }, () => kind);
  });
}
