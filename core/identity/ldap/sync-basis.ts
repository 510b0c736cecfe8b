import type { AccessDirectory } from "#core/access/directory.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { IdentityProvider, LdapConfig } from "#core/identity/identity-provider.ts";
import { nothingHeld, syncCheckpoint, syncInput } from "#core/identity/ldap/sync-job.ts";
import type { Work } from "#core/jobs/work.ts";
import type { Write } from "#core/ports/change.ts";

/** A provider that is a directory. */
export type LdapProvider = IdentityProvider & { readonly config: { readonly kind: "ldap" } & LdapConfig };

export const isLdap = (provider: IdentityProvider | undefined): provider is LdapProvider =>
  provider?.config.kind === "ldap";

/**
 * Under which issuer a directory's people are known: the OIDC provider's whose subjects they are, else the directory's own,
 * which stays when the server moves. Null where that OIDC provider is gone.
 */
export function issuerOf({ id, config }: LdapProvider, directory: AccessDirectory): string | null {
  if (config.subjects === null) return `directory:${id}`;
  const of = directory.provider(config.subjects.providerId);
  return of?.config.kind === "oidc" ? of.config.issuer : null;
}

/** This attempt is to end, and the next one reads everything anew. */
export class BeginAgain extends Error {}

/** What an attempt rests on: it commits only while that stands. */
export class SyncBasis {
  readonly provider: LdapProvider;
  readonly issuer: string;
  /** Since when removals have been missing that a person let go; null where none did. */
  readonly approvedAsOf: string | null;
  private readonly work: Work;
  private heldAt: string | null;
  private commits: number;

  constructor(work: Work, provider: LdapProvider, issuer: string) {
    this.work = work;
    this.provider = provider;
    this.issuer = issuer;
    const { heldAt, commits } = syncCheckpoint.parse(work.job.checkpoint ?? nothingHeld);
    [this.heldAt, this.commits] = [heldAt, commits];
    this.approvedAsOf = syncInput.parse(work.job.input).approvedOf?.heldAt ?? null;
  }

  /** Commits what was found. Fails as `BeginAgain` where the provider was changed or removed meanwhile, or time is up. */
  async commit(writes: readonly Write[]): Promise<void> {
    if (this.work.timeIsUp()) throw new BeginAgain("the worker's time is over");
    await this.whileItStands((otherwise) => [
      { write: "require", kind: "identity-provider", record: this.provider, otherwise },
      ...writes,
    ]);
  }

  /** Commits the end of a sync, which says that everybody whom it left as they were is as fresh as it. */
  async conclude(at: Date, holds: boolean, writes: readonly Write[]): Promise<void> {
    if (holds) this.heldAt = at.toISOString();
    const { provider } = this;
    await this.whileItStands((otherwise) => [
      { write: "provider-synced", provider, syncedAt: at.toISOString(), otherwise },
      { write: "directory-changed" },
      ...writes,
    ]);
  }

  private async whileItStands(writes: (otherwise: DomainError) => readonly Write[]): Promise<void> {
    const over = new DomainError("not-found", "The identity provider was changed or removed meanwhile.");
    try {
      this.commits += 1;
      await this.work.checkpoint({ heldAt: this.heldAt, commits: this.commits }, writes(over));
    } catch (error) {
      throw error === over ? new BeginAgain(over.message, { cause: error }) : error;
    }
  }
}
