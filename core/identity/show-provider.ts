import type * as z from "zod";
import type { identityProvider } from "#contracts/resources/identity-provider.ts";
import type { Call } from "#core/call/call.ts";
import type { IdentityProvider } from "#core/identity/identity-provider.ts";

type Shown = z.output<typeof identityProvider>;

/** Where an issuer sends people back to after they signed in there. */
export const callbackUrlOf = (
  { baseUrl }: Pick<Call, "baseUrl">,
  { id }: Pick<IdentityProvider, "id">,
): string => `${baseUrl}/sign-in/${encodeURIComponent(id)}/callback`;

/** A provider as administrators see it: nothing that leads to its secret. */
export function showProvider(record: IdentityProvider, call: Pick<Call, "baseUrl">): Shown {
  const { id, name, config, secretRef, syncedAt, createdAt, createdBy, version } = record;
  const shown = { id, name, syncedAt, createdAt, createdBy, version };
  // A copy, because what is kept for reading may not be changed by whoever shows it.
  const copy = structuredClone(config) as ConfigShown;
  return copy.kind === "oidc"
    ? { ...shown, ...copy, clientSecretSet: secretRef !== null, callbackUrl: callbackUrlOf(call, record) }
    : { ...shown, ...copy, bindPasswordSet: secretRef !== null };
}

/** The configuration as the contract has it, which may be changed. */
type ConfigShown =
  | Omit<Extract<Shown, { kind: "oidc" }>, keyof ShownAside | "clientSecretSet" | "callbackUrl">
  | Omit<Extract<Shown, { kind: "ldap" }>, keyof ShownAside | "bindPasswordSet">;
type ShownAside = Pick<Shown, "id" | "name" | "syncedAt" | "createdAt" | "createdBy" | "version">;
