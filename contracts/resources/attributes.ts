import * as z from "zod";
import { givenName, text } from "./fields.ts";

/** A user or a group carries at most this many attributes. */
export const maxAttributes = 50;

/** All attributes of one user or one group together have at most this many bytes of UTF-8: they are read with every request. */
export const maxAttributeBytes = 32_768;

/** An attribute's name: upper and lower case are the same, after composing (Unicode NFC). */
export const attributeName = givenName
  .max(100)
  // Names that every object has by nature are kept by nothing between here and the table for sure.
  .refine((name) => !(name in Object.prototype), { error: "cannot be the name of an attribute" });

/** An attribute's values, each once; exact by code point. */
export const attributeValues = z
  .array(text(500))
  .max(100)
  .transform((values) => [...new Set(values)]);

/** What somebody gives as an attribute. */
export const attributeBody = z.strictObject({ values: attributeValues }).meta({ id: "AttributeValues" });

/** Attributes as they are told: by the names that they were given under. */
export const attributes = z.record(z.string(), z.array(z.string()));
