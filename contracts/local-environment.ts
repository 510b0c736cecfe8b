import * as z from "zod";

/** Where all state lies unless somebody says otherwise. */
export const defaultDataDirectory = ".reeve";

/** The environment of the runner on one machine. An empty variable is one that is not set. */
export const localEnvironment = z.object({
  PORT: z
    .string()
    .default("4000")
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, {
      error: "must be a port, 0 to 65535 (0: any free one)",
    })
    .transform(Number),
  REEVE_DATA_DIR: z.string().default(defaultDataDirectory),
  REEVE_ADMIN_API_KEY: z
    .string()
    .min(24, { error: "must have 24 characters or more" })
    .regex(/^[\x21-\x7e]{1,512}$/, { error: "must be at most 512 visible ASCII characters without spaces" })
    .optional(),
  REEVE_SAMPLE: z
    .enum(["on", "off"], { error: "must be on or off" })
    .default("on")
    .transform((value) => value === "on"),
  /** Base URLs that may be asked beside dbt Cloud's own hosts, separated by commas. */
  REEVE_DBT_HOSTS: z.string().default(""),
});
export type LocalEnvironment = z.output<typeof localEnvironment>;
