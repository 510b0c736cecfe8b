import { DomainError } from "#core/errors/domain-error.ts";
import type { IdentityProvider } from "#core/identity/identity-provider.ts";
import type { AccessDirectory } from "#core/access/directory.ts";
import type { Write } from "#core/ports/change.ts";

/** The error of an issuer that has a provider already. */
export const issuerTaken = (): DomainError =>
  new DomainError("identity-provider-exists", undefined, {
    errors: [{ in: "body", pointer: "/issuer", detail: "has a provider already" }],
  });

const issuerOf = ({ config }: Pick<IdentityProvider, "config">): string | null =>
  config.kind === "oidc" ? config.issuer : null;

/** Takes the issuer's guard for a provider, and frees the one that it had. */
export function issuerWrites(
  before: IdentityProvider | null,
  after: IdentityProvider | null,
): readonly Write[] {
  const [had, has] = [before === null ? null : issuerOf(before), after === null ? null : issuerOf(after)];
  if (had === has) return [];
  const writes: Write[] = [];
  if (has !== null && after !== null) {
    const guard = { guard: "issuer", issuer: has } as const;
    writes.push({ write: "claim", guard, owner: after.id, otherwise: issuerTaken() });
  }
  if (had !== null && before !== null) {
    writes.push({ write: "release", guard: { guard: "issuer", issuer: had }, owner: before.id });
  }
  return writes;
}

/** Refuses an LDAP provider whose entries are to be the people of an OIDC provider that is not there. */
export function demandSubjects(directory: AccessDirectory, config: IdentityProvider["config"]): void {
  if (config.kind !== "ldap" || config.subjects === null) return;
  if (directory.provider(config.subjects.providerId)?.config.kind === "oidc") return;
  throw new DomainError("invalid-request", undefined, {
    errors: [{ in: "body", pointer: "/subjects/providerId", detail: "is no OIDC provider" }],
  });
}

/** What administrators chose, for the audit record: no secret, and nothing that leads to one. */
export const chosen = ({ name, config, secretRef }: IdentityProvider) => ({
  name,
  ...config,
  secretSet: secretRef !== null,
});
