import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Permission } from "#contracts/resources/system.ts";
import type { ApproverKind } from "#core/subscriptions/subscription-policy.ts";
import { anApp } from "#test/support/app.ts";
import { asked, byApproval, decisions, state, statedOf, stateTerms, userOf } from "#test/support/asking.ts";
import { expectSound } from "#test/support/invariants.ts";
import { changeUser } from "#test/support/members.ts";
import { aPersona, type Persona } from "#test/support/personas.ts";
import { aRecordedSource } from "#test/support/recorded-source.ts";

const app = await anApp();
const { approve, deny, cancel } = decisions(app);
// Whoever else loses it, somebody stays who has it.
await aPersona(app, { permissions: ["USER_ADMIN"] });

/** What each of those who decide can be: owners by a role, the others by permissions. */
const rights: readonly (readonly ApproverKind[])[] = [
  ["owner"],
  ["owner"],
  ["USER_ADMIN"],
  ["GOVERNANCE"],
  ["USER_ADMIN", "GOVERNANCE"],
  [],
];
const permissionsOf = (number: number): readonly Permission[] =>
  (rights[number] ?? []).filter((kind) => kind !== "owner");
const people = await Promise.all(
  rights.map((_, number) => aPersona(app, { permissions: permissionsOf(number) })),
);
const personOf = (number: number): Persona => {
  const person = people[number];
  if (person === undefined) throw new Error(`there is no ${number}`);
  return person;
};

const someone = fc.nat(rights.length - 1);
const required = fc.array(fc.constantFrom("owner" as const, "USER_ADMIN", "GOVERNANCE"), {
  minLength: 1,
  maxLength: 3,
});
/** The first owner stays one: the data source needs somebody. */
const fickle = fc.integer({ min: 1, max: 4 });
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("approve" as const),
      by: fc.uniqueArray(someone, { minLength: 1, maxLength: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("deny" as const, "cancel"), by: someone }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("ask approves" as const, "ask cancels") }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("lose" as const, "regain"), by: fickle }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("require" as const), required }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A request as the rules say that it goes. */
class Told {
  state: "pending" | "approved" | "denied" | "cancelled" = "pending";
  private approvals: readonly { readonly by: number; readonly kinds: readonly ApproverKind[] }[] = [];
  readonly lost = new Set<number>();
  required: readonly ApproverKind[];

  constructor(asked: readonly ApproverKind[]) {
    this.required = asked;
  }

  kinds(by: number): readonly ApproverKind[] {
    return this.lost.has(by) ? [] : (rights[by] ?? []);
  }

  /** Whether enough different people stand for all that is required, found by trying everybody for everything. */
  private suffices(
    wanted: readonly ApproverKind[],
    standing: readonly { readonly by: number; readonly kinds: readonly ApproverKind[] }[],
  ): boolean {
    const [first, ...rest] = wanted;
    if (first === undefined) return true;
    return standing.some(
      (one) =>
        one.kinds.includes(first) &&
        this.suffices(
          rest,
          standing.filter((other) => other !== one),
        ),
    );
  }

  private reads(by: number): boolean {
    return this.kinds(by).some((kind) => this.required.includes(kind));
  }

  approve(by: number): number {
    if (!this.reads(by)) return 404;
    if (this.state === "approved") return 200;
    if (this.state !== "pending") return 409;
    // Who lost what they approved as does not count, until they approve anew.
    const standing = this.approvals
      .map((one) => ({ ...one, kinds: one.kinds.filter((kind) => this.kinds(one.by).includes(kind)) }))
      .filter(({ kinds }) => kinds.length > 0);
    if (standing.some((one) => one.by === by)) return 200;
    this.approvals = [...standing, { by, kinds: this.kinds(by) }];
    if (this.suffices(this.required, this.approvals)) this.state = "approved";
    return 200;
  }

  deny(by: number): number {
    if (!this.reads(by)) return 404;
    if (this.state !== "pending") return this.state === "denied" ? 200 : 409;
    this.state = "denied";
    return 200;
  }

  cancel(by: number): number {
    return this.reads(by) ? 403 : 404;
  }

  takeBack(): number {
    if (this.state !== "pending") return this.state === "cancelled" ? 200 : 409;
    this.state = "cancelled";
    return 200;
  }
}

/** A request for a data source of its own. */
async function aScene(approvers: readonly ApproverKind[]) {
  const source = await aRecordedSource(app, personOf(0), {
    subscription: { ...byApproval, approvers, source: "owner", policyId: null },
  });
  await state(app, source, { principal: userOf(personOf(1)), role: "owner" });
  const asker = await aPersona(app);
  return { source, asker, request: await asked(asker, source) };
}
type Scene = Awaited<ReturnType<typeof aScene>>;

/** Gives somebody what they are, or takes it. */
async function grant({ source }: Scene, by: number, lost: boolean): Promise<void> {
  if (by === 1) await state(app, source, { principal: userOf(personOf(1)), role: lost ? "expert" : "owner" });
  else await changeUser(app, personOf(by), { permissions: lost ? [] : permissionsOf(by) });
}

/** What was answered, and what should have been. */
interface Answer {
  readonly is: unknown;
  readonly should: unknown;
}

/** Who decides, and what they may, changes. */
async function turn(scene: Scene, told: Told, one: Extract<Step, { do: "lose" | "regain" | "require" }>) {
  if (one.do === "require") {
    await stateTerms(app, scene.source, { approvers: one.required });
    // What is decided stays as it was decided.
    if (told.state === "pending") told.required = one.required;
    return;
  }
  await grant(scene, one.by, one.do === "lose");
  if (one.do === "lose") told.lost.add(one.by);
  else told.lost.delete(one.by);
}

const statusOf = async (reply: Promise<{ readonly status: number }>): Promise<number> => (await reply).status;

/** Does a step. */
async function take(scene: Scene, told: Told, one: Step): Promise<Answer> {
  const { request, asker } = scene;
  switch (one.do) {
    case "approve": {
      const is = await Promise.all(one.by.map((by) => statusOf(approve(personOf(by), request))));
      return { is, should: one.by.map((by) => told.approve(by)) };
    }
    case "deny":
      return { is: await statusOf(deny(personOf(one.by), request)), should: told.deny(one.by) };
    case "cancel":
      return { is: await statusOf(cancel(personOf(one.by), request)), should: told.cancel(one.by) };
    case "ask approves":
      // Their own request nobody approves, whatever has become of it.
      return { is: await statusOf(approve(asker, request)), should: 409 };
    case "ask cancels":
      return { is: await statusOf(cancel(asker, request)), should: told.takeBack() };
    case "lose":
    case "regain":
    case "require":
      await turn(scene, told, one);
      return { is: null, should: null };
  }
}

describe("a request, whoever decides in whatever order while rights and policies change,", () => {
  it("goes as the rules say, and grants access exactly when the approvals that count suffice", async () => {
    await fc.assert(
      fc.asyncProperty(required, fc.array(step, { minLength: 3, maxLength: 10 }), async (first, steps) => {
        const scene = await aScene(first);
        const told = new Told(first);
        try {
          for (const one of steps) {
            const { is, should } = await take(scene, told, one);
            expect({ one, answer: is }).toEqual({ one, answer: should });
          }
          const shown = await scene.asker.api.getAccessRequest({ params: { requestId: scene.request.id } });
          expect(shown.state).toBe(told.state);
          const granted = await statedOf(app, scene.source, userOf(scene.asker));
          expect(granted?.role).toBe(told.state === "approved" ? "subscriber" : undefined);
        } finally {
          for (const by of told.lost) await grant(scene, by, false);
        }
      }),
      { numRuns: 20, endOnFailure: true },
    );
    await expectSound(app);
  });
});
