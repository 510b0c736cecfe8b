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

type Person = Pick<Caller, "memberOf" | "standing">;

/** Whether a condition holds for somebody. A group or an attribute that is not there matches nobody. */
export function satisfies(person: Person, who: Who): boolean {
  switch (who.who) {
    case "all":
      return who.of.every((part) => satisfies(person, part));
    case "any":
      return who.of.some((part) => satisfies(person, part));
    case "not":
      return !satisfies(person, who.of);
    case "group":
      return person.memberOf.some(({ id, name }) =>
        who.id === null ? foldName(name) === foldName(who.name) : id === who.id,
      );
    case "attribute": {
      const { values } = who;
      const has = person.standing[foldName(who.name)] ?? [];
      return values === null ? has.length > 0 : has.some((value) => values.includes(value));
    }
  }
}

/** The policies that count: what global policies say takes the place of the default, and stands beside an owner's own. */
export const countingTerms = (
  own: OwnSubscription,
  globals: readonly SubscriptionTerms[],
): readonly SubscriptionTerms[] =>
  globals.length > 0 && own.source === "default" ? globals : [own, ...globals];

/** Whether a policy's condition admits somebody. An entitlement without one admits nobody: what is not stated is not given. */
const isAdmitted = (person: Person, { kind, when }: SubscriptionTerms): boolean =>
  when === null ? kind !== "entitlement" : satisfies(person, when);

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
