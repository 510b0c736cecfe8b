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

/** The least and most of minute, hour, day of month, month, day of week (0 and 7 are Sunday). */
const cronRanges = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** A list of values, ranges, and steps of either; nothing outside the field's range, no step of nothing. */
const isCronField = (field: string, least: number, most: number): boolean =>
  field.split(",").every((part) => {
    const found = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
    if (found === null) return false;
    const from = Number(found[1] ?? least);
    const to = Number(found[2] ?? found[1] ?? most);
    return from >= least && to <= most && from <= to && found[3] !== "0" && found[3] !== "00";
  });

/** Five fields, as crontab(5) has them, in numbers. */
export const cron = z
  .string()
  .max(100)
  .refine(
    (expression) => {
      const fields = expression.trim().split(/\s+/);
      return (
        fields.length === cronRanges.length &&
        cronRanges.every(([least, most], index) => isCronField(fields[index] ?? "", least, most))
      );
    },
    { error: "must be a cron expression of five fields: minute, hour, day of month, month, day of week" },
  );

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
  subscriptionCombination: z
    .enum(["all", "any"])
    .describe("several subscription policies on one data source: all must hold, or any may admit"),
  separateDuties: z.boolean().describe("whether nobody may come to have both USER_ADMIN and GOVERNANCE"),
};

export const settings = z.object({ ...settingsFields, version: z.int() }).meta({ id: "Settings" });

export const settingsPatch = z.strictObject(settingsFields).partial().meta({ id: "SettingsPatch" });
