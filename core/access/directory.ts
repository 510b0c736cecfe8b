import { foldName } from "#core/names/fold.ts";
import type { IdentityProvider, OidcProvider } from "#core/identity/identity-provider.ts";
import type { Group } from "#core/people/group.ts";
import type { GlobalSubscription } from "#core/subscriptions/subscription-policy.ts";

/** How several subscription policies that apply to one data source go together. */
export type SubscriptionCombination = "all" | "any";

/** What a directory is made of. */
export interface DirectoryFacts {
  /** Grows with every change of anything in it. */
  readonly version: number;
  readonly groups: readonly Group[];
  readonly providers: readonly IdentityProvider[];
  /** Global policies that are active; their tags with all that stands below these. */
  readonly subscriptions: readonly GlobalSubscription[];
  readonly combination: SubscriptionCombination;
}

/** Groups, identity providers and global subscription policies as they stand at one moment: what decisions rest on beside the user. */
export class AccessDirectory {
  readonly version: number;
  readonly combination: SubscriptionCombination;
  readonly subscriptions: readonly GlobalSubscription[];
  readonly providers: readonly IdentityProvider[];
  /** Groups of providers that are gone: nobody is in one, and they are no groups to anybody but the sweep. */
  readonly forsaken: readonly Group[];
  private readonly groups: ReadonlyMap<string, Group>;
  private readonly byName: ReadonlyMap<string, Group>;

  constructor({ version, groups, providers, subscriptions, combination }: DirectoryFacts) {
    this.version = version;
    this.combination = combination;
    this.subscriptions = subscriptions;
    this.providers = providers;
    const there = new Set(providers.map(({ id }) => id));
    const stands = ({ providerId }: Group): boolean => providerId === null || there.has(providerId);
    const standing = groups.filter(stands);
    this.forsaken = groups.filter((group) => !stands(group));
    this.groups = new Map(standing.map((group) => [group.id, group]));
    this.byName = new Map(standing.map((group) => [foldName(group.name), group]));
  }

  group(id: string): Group | undefined {
    return this.groups.get(id);
  }

  /** All groups, in no order. */
  get all(): readonly Group[] {
    return [...this.groups.values()];
  }

  /** The group of a name, any case. */
  groupNamed(name: string): Group | undefined {
    return this.byName.get(foldName(name));
  }

  /** Whether an active policy decides by this tag of a data source, as it is or by what it stands below. */
  usesTag(tagId: string): boolean {
    return this.subscriptions.some(({ every }) => every?.some((any) => any.includes(tagId)) ?? false);
  }

  provider(id: string): IdentityProvider | undefined {
    return this.providers.find((provider) => provider.id === id);
  }

  /** The provider of an issuer's tokens. */
  issuer(issuer: string): OidcProvider | undefined {
    return this.providers.find(
      (provider): provider is OidcProvider =>
        provider.config.kind === "oidc" && provider.config.issuer === issuer,
    );
  }

  /** The global policies that apply to what carries these tags. */
  applying(tagIds: readonly string[]): readonly GlobalSubscription[] {
    return this.subscriptions.filter(
      ({ every }) => every === null || every.every((any) => any.some((id) => tagIds.includes(id))),
    );
  }
}

/** A directory of nothing. */
export const emptyDirectory = new AccessDirectory({
  version: 0,
  groups: [],
  providers: [],
  subscriptions: [],
  combination: "all",
});
