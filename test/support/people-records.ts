import type { IdentityProvider } from "#core/identity/identity-provider.ts";
import type { Group, GroupMember } from "#core/people/group.ts";
import { noFacts, type ProviderFacts, type UserFacts } from "#core/people/user-facts.ts";
import type { Policy } from "#core/policies/policy.ts";
import type { GroupRoles } from "#core/sources/data-source.ts";
import { aDataSourceMember } from "./catalog-records.ts";
import { unique } from "./records.ts";

const at = "2026-01-01T00:00:00.000Z";

export const aGroup = (given: Partial<Group> = {}): Group => ({
  id: unique("grp_"),
  name: "Finance analysts",
  providerId: null,
  attributes: { Department: ["Finance"] },
  createdAt: at,
  version: 1,
  ...given,
});

export const aGroupMember = (given: Partial<GroupMember> = {}): GroupMember => ({
  groupId: "grp_1",
  userId: "usr_1",
  providerId: null,
  addedBy: "usr_1",
  addedAt: at,
  ...given,
});

/** The roles of one group on a data source. */
export const someGroupRoles = (given: Partial<GroupRoles> = {}): GroupRoles => ({
  dataSourceId: "ds_1",
  members: [
    aDataSourceMember({
      dataSourceId: given.dataSourceId ?? "ds_1",
      principal: { type: "group", id: "grp_1" },
      role: "subscriber",
    }),
  ],
  version: 1,
  ...given,
});

export const anIdentityProvider = (given: Partial<IdentityProvider> = {}): IdentityProvider => ({
  id: unique("idp_"),
  name: "Company directory",
  config: {
    kind: "oidc",
    issuer: "https://login.example.com/",
    audiences: ["reeve"],
    audienceClaim: "aud",
    clockSkewSeconds: 60,
    signIn: null,
    groupsClaim: "groups",
    groups: ["reeve-*"],
    attributes: { Department: "department" },
  },
  secretRef: null,
  syncedAt: null,
  createdBy: "usr_1",
  createdAt: at,
  version: 1,
  ...given,
});

/** A global policy by which everybody of a department subscribes to what carries a tag. */
export const aPolicy = (given: Partial<Policy> = {}): Policy => ({
  id: unique("pol_"),
  name: "Finance data",
  dataSourceId: null,
  state: "active",
  rule: {
    kind: "subscription",
    terms: {
      kind: "entitlement",
      discoverable: true,
      approvers: [],
      when: { who: "attribute", name: "Department", values: ["Finance"] },
    },
    scope: { on: "tagged", every: [["tag_1"]] },
  },
  createdBy: "usr_1",
  createdAt: at,
  updatedAt: at,
  version: 1,
  ...given,
});

export const someProviderFacts = (given: Partial<ProviderFacts> = {}): ProviderFacts => ({
  providerId: "idp_1",
  issuer: "https://login.example.com/",
  subject: "248289761001",
  groups: ["grp_1"],
  attributes: { Department: ["Finance"] },
  disabled: false,
  refreshedAt: at,
  tokenIssuedAt: at,
  ...given,
});

/** What one provider says of a user. */
export const someFacts = (given: Partial<UserFacts> = {}): UserFacts => ({
  ...noFacts("usr_1"),
  providers: [someProviderFacts()],
  version: 1,
  ...given,
});
