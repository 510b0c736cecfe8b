import { readFileSync } from "node:fs";
import { UsageError } from "../failure.ts";

/** A value as it was typed: text that the contract shapes, or JSON that stands as it is. */
export type Given = { readonly text: string } | { readonly json: unknown };

/** `field=value` taken apart. */
export interface Assignment {
  readonly field: readonly string[];
  readonly given: Given;
}

/** An assignment that an option of its own makes. */
export const textAt = (field: readonly string[], text: string): Assignment => ({ field, given: { text } });

/** Gives the text of a file; `-` is standard input. */
export type ReadFile = (name: string) => string;

/** Files in UTF-8; what is not UTF-8 is refused, since it would be sent broken. */
export const readTextFile: ReadFile = (name) => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(name));
  } catch (error) {
    throw new UsageError(
      `${name} cannot be read: ${error instanceof TypeError ? "it is not UTF-8 text" : reasonOf(error)}`,
    );
  }
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** JSON, or a usage error that names where it was found. */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${where} is not JSON: ${reasonOf(error)}`);
  }
}

/** `a.b\.c` is the field `b.c` of `a`. */
const fieldPath = (name: string): readonly string[] =>
  [...name.matchAll(/(?:^|\.)((?:\\.|[^.\\])*)/g)].map((match) =>
    (match[1] ?? "").replaceAll(/\\(.)/g, "$1"),
  );

/**
 * One `-d`: `field=text`, `field=@file` (text from a file), `field:=json`, `field:=@file`, and `field=@@text` for
 * text that begins with `@`. What stands in front of the first `=` is the field, its parts joined by dots.
 */
export function parseAssignment(argument: string, read: ReadFile): Assignment {
  const match = /^((?:\\.|[^=\\])+?)(:?)=(.*)$/s.exec(argument);
  const [, name = "", colon = "", value = ""] = match ?? [];
  const field = fieldPath(name);
  if (match === null || field.includes("")) {
    throw new UsageError(`"${shown(argument)}" is not of the form field=value.`);
  }
  const text = valueOf(value, read);
  return { field, given: colon === "" ? { text } : { json: parseJson(text, `The value of ${name}`) } };
}

/** Arguments without a field may hold a secret that was typed in the wrong place. */
const shown = (argument: string): string => (argument.includes("=") ? `${argument.split("=")[0]}=…` : "…");

function valueOf(value: string, read: ReadFile): string {
  if (!value.startsWith("@")) return value;
  return value.startsWith("@@") ? value.slice(1) : read(value.slice(1));
}

/** `name=value`, as it stands: for parameters of the path. */
export function parsePair(argument: string, option: string): readonly [string, string] {
  const at = argument.indexOf("=");
  if (at < 1) throw new UsageError(`${option} takes name=value.`);
  return [argument.slice(0, at), argument.slice(at + 1)];
}
