import type * as z from "zod";
import { UsageError } from "../failure.ts";
import { fieldName, shape } from "./shape.ts";
import type { Tree } from "./tree.ts";

/** What was typed, as the contract wants it, or a usage error that names every field that does not fit. */
export const shaped = (schema: z.ZodType, tree: Tree): unknown => checked(schema, shape(schema, tree, []));

/** The value itself if the contract takes it: what a transformation makes of it is for the service. */
export function checked(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return value;
  const found = parsed.error.issues.flatMap((issue) => objections(issue, value));
  throw new UsageError(found.length === 1 ? found.join() : ["these do not fit:", ...found].join("\n  "));
}

/** Without the values: those may be secrets. */
function objections(issue: z.core.$ZodIssue, value: unknown): readonly string[] {
  const field = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${fieldName([...field, key])}: is not a known field`);
  }
  const missing = field.length > 0 && at(value, field) === undefined;
  return [`${fieldName(field)}: ${missing ? "is needed" : issue.message}`];
}

const at = (value: unknown, field: readonly string[]): unknown =>
  field.reduce<unknown>(
    (inner, name) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, name) : undefined),
    value,
  );
