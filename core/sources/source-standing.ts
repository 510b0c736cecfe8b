import type { DataSourceRole } from "#contracts/resources/data-source.ts";
import type { Resource } from "#core/access/resource.ts";
import type { CatalogClass } from "#core/ports/catalog-index.ts";
import type { Caller } from "#core/people/caller.ts";
import type { DataSource, DataSourceMember } from "#core/sources/data-source.ts";
import { admission, countingTerms, type Admission } from "#core/subscriptions/admission.ts";
import type { GlobalSubscription, OwnSubscription } from "#core/subscriptions/subscription-policy.ts";

/** What of a data source decides who may know of it, beside its members. */
export type Exposure = Pick<DataSource, "status" | "subscription"> & { readonly tagIds: readonly string[] };

/** From the most to the least that a role may do. */
const ranks = ["owner", "expert", "subscriber", "ingest"] as const satisfies readonly DataSourceRole[];

/** What a caller is to one data source. */
export interface SourceStanding {
  readonly role: DataSourceRole | null;
  readonly discoverable: boolean;
  readonly ask: Admission["ask"];
}

/** The strongest of the roles that were given, not minding the policies. */
export const givenRole = (memberships: readonly Pick<DataSourceMember, "role">[]): DataSourceRole | null =>
  ranks.find((rank) => memberships.some(({ role }) => role === rank)) ?? null;

/** The policies that count for a data source, as they are known with a caller. */
export const countingFor = (
  { directory }: Pick<Caller, "directory">,
  { subscription, tagIds }: Pick<Exposure, "subscription" | "tagIds">,
): readonly (OwnSubscription | GlobalSubscription)[] =>
  countingTerms(subscription, directory.applying(tagIds));

/** What the policies that apply to a data source mean to a caller. */
export const admissionTo = (caller: Caller, exposure: Exposure): Admission =>
  admission(caller, countingFor(caller, exposure), caller.directory.combination);

/** The same for all data sources of a class. */
export const admissionToClass = (
  caller: Caller,
  { subscription, policyIds }: Pick<CatalogClass, "subscription" | "policyIds">,
): Admission =>
  admission(
    caller,
    countingTerms(
      subscription,
      caller.directory.subscriptions.filter(({ policyId }) => policyIds.includes(policyId)),
    ),
    caller.directory.combination,
  );

/** What a caller is to a data source: by the roles given to them and their groups, and by its subscription policies. */
export function standingOn(
  caller: Caller,
  exposure: Exposure,
  memberships: readonly Pick<DataSourceMember, "role">[],
): SourceStanding {
  const admitted = admissionTo(caller, exposure);
  return { ...withRole(admitted, memberships), ask: admitted.ask };
}

/** The same, where it is known what the policies mean: who was taken out by hand is not let in by them. */
export function withRole(
  { automatic, discoverable }: Pick<Admission, "automatic" | "discoverable">,
  memberships: readonly Pick<DataSourceMember, "role">[],
): Pick<SourceStanding, "role" | "discoverable"> {
  const role = isAutomatic({ automatic }, memberships) ? "subscriber" : givenRole(memberships);
  return { role, discoverable };
}

/** Whether somebody is a subscriber by the policies alone: nobody gave them as much, or took them out. */
export function isAutomatic(
  { automatic }: Pick<Admission, "automatic">,
  memberships: readonly Pick<DataSourceMember, "role">[],
): boolean {
  const given = givenRole(memberships);
  const out = memberships.some(({ role }) => role === "removed");
  return automatic && !out && (given === null || given === "ingest");
}

/** The exposure of a data source as it is stored. */
export const exposureOf = ({ status, subscription, tags }: DataSource): Exposure => ({
  status,
  subscription,
  tagIds: tags.map(({ tagId }) => tagId),
});

/** A data source as decisions take it. */
export const sourceResourceOf = (
  { status }: Pick<Exposure, "status">,
  { role, discoverable }: Pick<SourceStanding, "role" | "discoverable">,
): Extract<Resource, { readonly type: "data-source" }> => ({
  type: "data-source",
  role,
  status,
  discoverable,
});
