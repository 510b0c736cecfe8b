import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import type { UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import type { ProviderDeps } from "#core/identity/provider-deps.ts";
import { readProvider } from "#core/identity/read-provider.ts";
import { showProvider } from "#core/identity/show-provider.ts";

/** Identity providers, oldest first; there are few, so that a page is cut from all of them. */
export const listIdentityProviders =
  ({ store, cursors }: ProviderDeps): UseCase<Routes["listIdentityProviders"]> =>
  async ({ query }, call) => {
    authorize(call.user, "identity-provider:read", deployment);
    const providers = (await store.directory()).providers.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    return await fillPage(cursors, "identity-providers", query, z.string(), {
      read: (after) =>
        Promise.resolve({ items: providers.filter(({ id }) => after === null || id > after), next: null }),
      positionOf: ({ id }) => id,
      show: (provider) => showProvider(provider, call),
    });
  };

/** One identity provider. */
export const getIdentityProvider =
  ({ store }: ProviderDeps): UseCase<Routes["getIdentityProvider"]> =>
  async ({ params }, call) =>
    showProvider(await readProvider(store, call, params.providerId, "identity-provider:read"), call);
