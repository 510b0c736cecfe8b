import type * as z from "zod";
import type { attributes as attributesSchema } from "#contracts/resources/attributes.ts";
import type { user as userSchema } from "#contracts/resources/user.ts";
import { callerOf, standingFacts, type StoredPerson } from "#core/people/caller.ts";
import { inOrder } from "#core/people/attributes.ts";
import type { Attributes } from "#core/people/user.ts";
import type { ProviderFacts } from "#core/people/user-facts.ts";

type Shown = z.output<typeof userSchema>;

const shownAttributes = (attributes: Attributes): z.output<typeof attributesSchema> =>
  inOrder(Object.entries(attributes).map(([name, values]) => [name, [...values]]));

/** A user as administrators are told of them: what was set in Reeve, and apart from it what providers say. */
export function showUser(stored: StoredPerson, now: Date): Shown {
  const { user, facts } = stored;
  const { memberOf, disabled } = callerOf(stored, now);
  const standing = new Set(standingFacts(stored, now));
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    kind: user.kind,
    permissions: [...user.permissions],
    disabled,
    externalUsernames: { ...user.externalUsernames },
    attributes: shownAttributes(user.attributes),
    groups: memberOf.map(({ id, name, providerId }) => ({ id, name, provider: providerId })),
    providers: facts.providers.map((each) => showFacts(stored, each, !standing.has(each))),
    createdAt: user.createdAt,
    version: user.version,
  };
}

const showFacts = (
  { directory }: Pick<StoredPerson, "directory">,
  { providerId, issuer, subject, groups, attributes, disabled, refreshedAt }: ProviderFacts,
  lapsed: boolean,
): Shown["providers"][number] => ({
  id: providerId,
  name: directory.provider(providerId)?.name ?? null,
  issuer,
  subject,
  groups: groups.flatMap((id) => directory.group(id)?.name ?? []),
  attributes: shownAttributes(attributes),
  disabled,
  refreshedAt,
  lapsed,
});
