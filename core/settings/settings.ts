import type { SubscriptionCombination } from "#core/access/directory.ts";

/** What an administrator chose for the whole deployment. */
export interface Settings {
  /** Name of the tag that prevents automatic statistics; empty: none does. */
  readonly preventStatisticsTag: string;
  readonly deletionGuard: { readonly percent: number; readonly minimum: number };
  readonly schemaMonitoring: { readonly cron: string };
  readonly defaultSubscriptionPolicy: {
    readonly kind: "anyone" | "approval" | "entitlement" | "individual";
    readonly discoverable: boolean;
  };
  /** How several subscription policies that apply to one data source go together: all must hold, or any may. */
  readonly subscriptionCombination: SubscriptionCombination;
  /** Whether nobody may come to have both USER_ADMIN and GOVERNANCE. */
  readonly separateDuties: boolean;
  readonly version: number;
}

/** What holds until somebody changes it. Version 0 means never stored. */
export const defaultSettings: Settings = {
  preventStatisticsTag: "",
  deletionGuard: { percent: 25, minimum: 5 },
  schemaMonitoring: { cron: "30 0 * * *" },
  defaultSubscriptionPolicy: { kind: "individual", discoverable: false },
  subscriptionCombination: "all",
  separateDuties: false,
  version: 0,
};
