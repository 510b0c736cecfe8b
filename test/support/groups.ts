import { DomainError } from "#core/errors/domain-error.ts";
import { groupNameGuard } from "#core/people/groups/group-rules.ts";
import { principalWords } from "#core/people/principal-directory.ts";
import type { App } from "./app.ts";
import { aPersona, type Persona } from "./personas.ts";
import { aGroup, anIdentityProvider, someFacts, someProviderFacts } from "./people-records.ts";
import { unique } from "./records.ts";

/** What administrators of people do, each as one call. */
export async function aPeopleOffice(app: App) {
  const administrator = await aPersona(app, { permissions: ["USER_ADMIN"], name: "Root" });
  const as = (persona: Persona, body?: object) => ({
    as: persona,
    ...(body === undefined ? {} : { body }),
  });
  return {
    administrator,
    create: (body: object) => app.call("POST", "/groups", as(administrator, body)),
    made: async (name = unique("Group "), attributes?: Record<string, string[]>) =>
      await administrator.api.createGroup({
        body: { name, ...(attributes === undefined ? {} : { attributes }) },
      }),
    member: (
      method: "PUT" | "DELETE",
      groupId: string,
      { user }: { readonly user: { readonly id: string } },
      by: Persona = administrator,
    ) => app.call(method, `/groups/${groupId}/members/${user.id}`, as(by)),
    attribute: (method: "PUT" | "DELETE", groupId: string, name: string, values?: readonly string[]) =>
      app.call(
        method,
        `/groups/${groupId}/attributes/${encodeURIComponent(name)}`,
        as(administrator, values && { values }),
      ),
    membersOf: async (groupId: string) =>
      (await administrator.api.listGroupMembers({ params: { groupId } })).items,
  };
}

/** What cannot happen here. */
const never = new DomainError("contention");

/** A group that a provider says of its people, and somebody of whom it says so. */
export async function aProvidersGroup(app: App) {
  const provider = anIdentityProvider({ name: unique("Directory ") });
  const group = aGroup({ name: unique("Provided "), providerId: provider.id, attributes: {} });
  const persona = await aPersona(app, { name: "Provided Person" });
  const at = app.clock.now().toISOString();
  await app.store.commit([
    { write: "put", kind: "identity-provider", record: provider },
    { write: "claim", guard: groupNameGuard(group.name), owner: group.id, otherwise: never },
    { write: "put", kind: "group", record: group },
    ...principalWords({ type: "group", id: group.id }, group.name),
    { write: "directory-changed" },
    {
      write: "put",
      kind: "group-member",
      record: {
        groupId: group.id,
        userId: persona.user.id,
        providerId: provider.id,
        addedBy: "system",
        addedAt: at,
      },
    },
    {
      write: "put",
      kind: "user-facts",
      record: someFacts({
        userId: persona.user.id,
        providers: [
          someProviderFacts({
            providerId: provider.id,
            subject: persona.user.id,
            groups: [group.id],
            refreshedAt: at,
          }),
        ],
      }),
    },
    {
      write: "claim",
      guard: { guard: "identity", issuer: someProviderFacts().issuer, subject: persona.user.id },
      owner: persona.user.id,
      otherwise: never,
    },
  ]);
  return { provider, group, persona };
}
