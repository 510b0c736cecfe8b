import { approverKinds, type ApproverKind } from "#core/subscriptions/subscription-policy.ts";
import { maxApprovers, type SaidScope, type SaidWho, type SubscriptionSentence } from "./ast.ts";
import { plainlyJoinedBy, row } from "./names.ts";
import { scope } from "./scope.ts";
import type { TokenReader } from "./token-reader.ts";
import { who } from "./who.ts";

/** What follows `subscribe`, in any order and each at most once. */
interface Clauses {
  approvers: readonly ApproverKind[] | null;
  when: SaidWho | null;
  scope: SaidScope | null;
  discoverable: boolean;
}

/** `Allow … to subscribe …`, from behind `Allow`. */
export function subscription(reader: TokenReader): SubscriptionSentence {
  const subject = subjectOf(reader);
  const clauses: Clauses = { approvers: null, when: null, scope: null, discoverable: false };
  if (subject !== "individual" && reader.also("who|that")) clauses.when = who(reader);
  if (!reader.takes("to subscribe") && !reader.also("subscribe")) reader.fail();
  while (clause(reader, clauses, subject));
  if (subject === "users" && kindOf(clauses) === "anyone") {
    reader.fail("To let everybody subscribe, write `Allow anyone to subscribe`.");
  }
  reader.end();
  const { approvers, when, scope, discoverable } = clauses;
  const kind = subject === "individual" ? subject : kindOf(clauses);
  return { kind: "subscription", terms: { kind, discoverable, approvers: approvers ?? [], when }, scope };
}

type Subject = "anyone" | "users" | "individual";

function subjectOf(reader: TokenReader): Subject {
  if (reader.takes("anyone") || reader.also("everyone|everybody", "all users")) return "anyone";
  if (reader.takes("users")) return "users";
  if (reader.takes("individually selected users") || reader.also("individual|selected users"))
    return "individual";
  return reader.fail();
}

function kindOf({ approvers, when }: Clauses): SubscriptionSentence["terms"]["kind"] {
  if (approvers !== null) return "approval";
  return when === null ? "anyone" : "entitlement";
}

/** Reads one more clause; false where there is none. */
function clause(reader: TokenReader, clauses: Clauses, subject: Subject): boolean {
  if (place(reader, clauses) || discovery(reader, clauses)) return true;
  const who = reader.peek();
  if (!approval(reader, clauses) && !condition(reader, clauses)) return false;
  if (subject !== "individual") return true;
  return reader.refuse(
    who,
    "Owners choose individually selected users: no condition and no approval goes with them.",
    ["on", "and let everyone discover it"],
  );
}

function approval(reader: TokenReader, clauses: Clauses): boolean {
  if (clauses.approvers !== null) return false;
  const said =
    reader.takes("with approval by") ||
    reader.also("[,] with [the] approval by|of|from", "[,] when|if approved by");
  if (said) clauses.approvers = approvers(reader);
  return said;
}

function condition(reader: TokenReader, clauses: Clauses): boolean {
  if (clauses.when !== null) return false;
  const said = reader.takes("when") || reader.also("[,] when|if|who");
  if (said) clauses.when = who(reader);
  return said;
}

function place(reader: TokenReader, clauses: Clauses): boolean {
  if (clauses.scope !== null) return false;
  const said = reader.takes("on") || reader.also("[,] on|to");
  if (!said) return false;
  reader.scopeAt = reader.faultAt(reader.peek(-1));
  clauses.scope = scope(reader);
  return true;
}

function discovery(reader: TokenReader, clauses: Clauses): boolean {
  if (clauses.discoverable) return false;
  const said =
    reader.takes("[,] and let everyone discover it|them") ||
    reader.also("[,] [and] let|allow everyone|everybody|anyone [to] discover|find it|them");
  clauses.discoverable = said;
  return said;
}

function approvers(reader: TokenReader): readonly ApproverKind[] {
  const begins = (ahead: number): boolean => isApprover(reader.peek(ahead).value);
  const { items, joints } = row(reader, { begins, what: "owner", by: ["and"] }, () => approver(reader));
  const either = joints.find(({ word }) => word === "or");
  if (either !== undefined) {
    const why = "Whoever is named must approve, each another person: approvers are joined by `and`.";
    reader.refuse(either.token, why, ["and"]);
  }
  plainlyJoinedBy(reader, joints, "approvers are joined by `and`");
  const beyond = joints[maxApprovers - 1];
  if (beyond !== undefined)
    reader.refuse(beyond.token, `At most ${maxApprovers} approvals can be asked for.`);
  return items;
}

const isApprover = (word: string): boolean =>
  ["an", "the", "owners", ...approverKinds.map((kind) => kind.toLowerCase())].includes(word.toLowerCase());

function approver(reader: TokenReader): ApproverKind {
  const kind = approverKinds.find((one) => reader.also(one.toLowerCase()));
  if (kind !== undefined) return kind;
  if (reader.also("[an|the] owner|owners")) return "owner";
  for (const one of approverKinds) reader.couldBe(one);
  return reader.fail();
}
