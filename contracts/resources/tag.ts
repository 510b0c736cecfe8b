import * as z from "zod";
import { freeText, tagName, timestamp } from "./fields.ts";

export const tag = z
  .object({
    name: z.string(),
    description: z.string(),
    createdBy: z.string(),
    createdAt: timestamp,
    version: z.int(),
  })
  .meta({ id: "Tag" });

export const tagCreation = z
  .strictObject({ name: tagName, description: freeText.optional() })
  .meta({ id: "TagCreation" });

export const tagPatch = z
  .strictObject({ name: tagName, description: freeText })
  .partial()
  .meta({ id: "TagPatch" });
