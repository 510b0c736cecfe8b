import type * as z from "zod";
import type { ProblemError } from "#contracts/problems.ts";
import { DomainError } from "#core/errors/domain-error.ts";

/** One JSON pointer token (RFC 6901 §3). */
const token = (key: PropertyKey): string => String(key).replaceAll("~", "~0").replaceAll("/", "~1");

/** zod's issues as places and reasons, without the values that were sent: those may be secrets. */
export function problemErrors(
  error: z.ZodError,
  where: ProblemError["in"],
  prefix = "",
): readonly ProblemError[] {
  return error.issues.flatMap((issue) => {
    const pointer = prefix + issue.path.map((key) => `/${token(key)}`).join("");
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        in: where,
        pointer: `${pointer}/${token(key)}`,
        detail: "is not a known field",
      }));
    }
    return [{ in: where, pointer, detail: issue.message }];
  });
}

/** Parses a part of the body that could not be checked before its record was read. */
export function parseAt<S extends z.ZodType>(schema: S, value: unknown, pointer: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new DomainError("invalid-request", undefined, {
    errors: problemErrors(parsed.error, "body", pointer),
  });
}
