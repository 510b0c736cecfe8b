import { UpdateTransaction } from "dynamodb-toolbox/entity/actions/transactUpdate";
import type { IdentityProvider } from "#core/identity/identity-provider.ts";
import type { Write } from "#core/ports/change.ts";
import type { Step } from "./commit.ts";
import { identityProviderItem } from "./items/people.ts";
import { whole } from "./items/table.ts";

/** When a provider was synced is not people's to change: what they read of it may be older than what is stored by now. */
export function changeProvider(record: IdentityProvider, expected: number): Step["item"] {
  const { syncedAt: _, config, ...rest } = record;
  const { Update } = identityProviderItem
    .build(UpdateTransaction)
    .item({ ...rest, config: whole(config) })
    .options({ tableName: "", condition: { attr: "version", eq: expected } })
    .params();
  return { Update };
}

/** Says when a provider was synced, and nothing else of it. */
export function providerSyncedStep({
  provider,
  syncedAt,
  otherwise,
}: Extract<Write, { readonly write: "provider-synced" }>): Step {
  const { Update } = identityProviderItem
    .build(UpdateTransaction)
    .item({ id: provider.id, syncedAt })
    .options({ tableName: "", condition: { attr: "version", eq: provider.version } })
    .params();
  return { item: { Update }, otherwise };
}
