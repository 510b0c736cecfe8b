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
  readonly version: number;
}

/** What holds until somebody changes it. Version 0 means never stored. */
export const defaultSettings: Settings = {
  preventStatisticsTag: "",
  deletionGuard: { percent: 25, minimum: 5 },
  schemaMonitoring: { cron: "30 0 * * *" },
  defaultSubscriptionPolicy: { kind: "individual", discoverable: false },
  version: 0,
};
