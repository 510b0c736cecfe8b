import { DomainError } from "#core/errors/domain-error.ts";
import { defaultTemplate, parseTemplate, printTemplate } from "#core/sources/name-template.ts";

/** The template of a body's `nameTemplate` as it is kept; what is wrong with it is refused with its place. */
export function givenTemplate(source: string | undefined): string {
  if (source === undefined) return printTemplate(defaultTemplate);
  const parsed = parseTemplate(source);
  if (!("offset" in parsed)) return printTemplate(parsed);
  const detail = `${parsed.message} (at character ${parsed.offset + 1})`;
  throw new DomainError("invalid-request", undefined, {
    errors: [{ in: "body", pointer: "/nameTemplate", detail }],
  });
}
