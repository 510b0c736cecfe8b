import * as z from "zod";

export const healthReply = z
  .object({ status: z.literal("ok"), version: z.string() })
  .meta({ id: "ServiceHealth" });

/** The permissions; their meaning is fixed by Reeve. */
export const permission = z.enum([
  "APPLICATION_ADMIN",
  "USER_ADMIN",
  "GOVERNANCE",
  "AUDIT",
  "CREATE_DATA_SOURCE",
  "PROJECT_MANAGEMENT",
]);
export type Permission = z.infer<typeof permission>;

export const me = z
  .object({
    user: z.object({ id: z.string(), name: z.string(), email: z.string() }),
    permissions: z.array(permission),
    groups: z.array(z.string()),
    attributes: z.record(z.string(), z.array(z.string())),
  })
  .meta({ id: "Me" });

/** Five fields: minute, hour, day of month, month, day of week. */
const cron = z
  .string()
  .max(100)
  .regex(/^(?:[\d*,/-]+\s+){4}[\d*,/-]+$/, { error: "must be a cron expression of five fields" });

const settingsFields = {
  preventStatisticsTag: z.string().trim().max(200),
  deletionGuard: z.strictObject({
    percent: z.number().min(0).max(100),
    minimum: z.int().min(0).max(100_000),
  }),
  schemaMonitoring: z.strictObject({ cron }),
  defaultSubscriptionPolicy: z.strictObject({
    kind: z.enum(["anyone", "approval", "entitlement", "individual"]),
    discoverable: z.boolean(),
  }),
};

export const settings = z.object({ ...settingsFields, version: z.int() }).meta({ id: "Settings" });

export const settingsPatch = z.strictObject(settingsFields).partial().meta({ id: "SettingsPatch" });
