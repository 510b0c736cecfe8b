import { foldName } from "#core/names/fold.ts";

/** The words of a name: split at white space, `_`, `-`, `.` and where camelCase turns; folded. */
export const searchWords = (text: string): readonly string[] =>
  text
    .normalize("NFC")
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2")
    .split(/[\s_.-]+/u)
    .filter((word) => word !== "")
    .map(foldName);
