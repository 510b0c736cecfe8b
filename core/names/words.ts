import { foldName } from "#core/names/fold.ts";

const separators = /[\s_.-]+/u;
const turns = /(\p{Ll}|\p{N})(\p{Lu})/gu;

/** Folding may leave halves of letters that no text can hold. */
const wordsOf = (text: string): readonly string[] =>
  text
    .split(separators)
    .filter((word) => word !== "")
    .map((word) => foldName(word).toWellFormed());

/** The words of a name: split at white space, `_`, `-`, `.` and where camelCase turns; folded. */
export const searchWords = (text: string): readonly string[] =>
  wordsOf(text.normalize("NFC").replaceAll(turns, "$1 $2"));

/**
 * The terms of a search, each with the ways in which it is met: by all words of one of them. `orderLines` is met by the
 * words `order` and `lines`, and by `orderlines`, because who asks need not know how a name is written.
 */
export const searchTerms = (text: string): readonly (readonly (readonly string[])[])[] =>
  text
    .split(separators)
    .filter((term) => term !== "")
    .map((term) => {
      const [words, whole] = [searchWords(term), wordsOf(term.normalize("NFC"))];
      return words.length > 1 ? [words, whole] : [words];
    });

/** The words by which a name is found: also what camelCase runs together, so that `orderlines` finds `orderLines`. */
export const indexedWords = (name: string): readonly string[] => [
  ...new Set([...searchWords(name), ...wordsOf(name.normalize("NFC"))]),
];
