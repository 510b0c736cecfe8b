import * as z from "zod";
import { givenName, givenTime, timestamp } from "./fields.ts";

/** A user has at most this many API keys that have not expired. */
export const maxApiKeys = 50;

/** An API key as it is listed: never the key itself, nor anything made of it. */
export const apiKey = z
  .object({
    id: z.string(),
    name: z.string(),
    expiresAt: timestamp.nullable(),
    createdAt: timestamp,
    createdBy: z.string().describe("who made it: its user, or for a service user an administrator"),
  })
  .meta({ id: "ApiKey" });

export const apiKeyCreation = z
  .strictObject({
    name: givenName,
    expiresAt: givenTime.nullish().describe("when it ends to be accepted; by default never"),
  })
  .meta({ id: "ApiKeyCreation" });

/** The one reply that holds a key. */
export const createdApiKey = apiKey
  .extend({
    key: z
      .string()
      .nullable()
      .describe("told once: null where an `Idempotency-Key` brings the same reply again"),
  })
  .meta({ id: "CreatedApiKey" });
