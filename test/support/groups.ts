import type { IdentityProvider } from "#core/identity/identity-provider.ts";
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
  const issuer = `https://${unique("login")}.example.com/`;
  const { config, ...rest } = anIdentityProvider({ name: unique("Directory ") });
  const provider = { ...rest, config: { ...config, issuer } } as IdentityProvider;
  const group = aGroup({ name: unique("Provided "), providerId: provider.id, attributes: {} });
  const persona = await aPersona(app, { name: "Provided Person" });
  const { id: userId } = persona.user;
  const at = app.clock.now().toISOString();
  const said = { providerId: provider.id, issuer, subject: userId, groups: [group.id], refreshedAt: at };
  const facts = someFacts({ userId, providers: [someProviderFacts(said)] });
  const record = { groupId: group.id, userId, providerId: provider.id, addedBy: "system", addedAt: at };
  await app.store.commit([
    { write: "claim", guard: { guard: "issuer", issuer }, owner: provider.id, otherwise: never },
    { write: "put", kind: "identity-provider", record: provider },
    { write: "claim", guard: groupNameGuard(group.name), owner: group.id, otherwise: never },
    { write: "put", kind: "group", record: group },
    ...principalWords({ type: "group", id: group.id }, group.name),
    { write: "directory-changed" },
    { write: "put", kind: "group-member", record },
    { write: "put", kind: "user-facts", record: facts },
    {
      write: "claim",
      guard: { guard: "identity", issuer, subject: userId },
      owner: userId,
      otherwise: never,
    },
  ]);
  return { provider, group, persona };
}
