import type { Principal } from "#core/connections/connection.ts";
import { foldName } from "#core/names/fold.ts";
import { indexedWords, searchTerms } from "#core/names/words.ts";
import type { Write } from "#core/ports/change.ts";

/** One word by which a user or group is found, with all that a search shows of them. */
export interface PrincipalWord {
  /** Folded. */
  readonly word: string;
  readonly principal: Principal;
  /** The whole name. */
  readonly name: string;
}

/** Nobody is found by more words than this: the first ones of their name. */
export const wordsPerName = 8;

/** The words by which a name is found, in order; a name of separators alone is found by itself. */
export function principalWordsOf(name: string): readonly string[] {
  const words = indexedWords(name).slice(0, wordsPerName);
  if (words.length > 0) return words.toSorted();
  const whole = foldName(name).trim();
  return whole === "" ? [] : [whole];
}

/**
 * The writes by which a user or group is found by `name`, which go into the transaction that gives them that name; null
 * where they are removed. `before` is the name that they had: null for somebody new. At most 16 items.
 */
export function principalWords(
  principal: Principal,
  name: string | null,
  before: string | null = null,
): readonly Write[] {
  if (name === before) return [];
  const { type, id } = principal;
  const record = (word: string, of: string): PrincipalWord => ({ word, principal: { type, id }, name: of });
  const words = name === null ? [] : principalWordsOf(name);
  const left = before === null ? [] : principalWordsOf(before).filter((word) => !words.includes(word));
  return [
    ...words.map((word): Write => ({
      write: "put",
      kind: "principal-word",
      record: record(word, name ?? ""),
    })),
    ...left.map((word): Write => ({
      write: "remove",
      kind: "principal-word",
      record: record(word, before ?? ""),
    })),
  ];
}

/** Tells whether every term of a search is the beginning of a word by which a name is found. */
export function nameMatcher(search: string): (name: string) => boolean {
  const terms = searchTerms(search);
  return (name) => {
    const words = principalWordsOf(name);
    return terms.every((ways) =>
      ways.some((all) => all.every((beginning) => words.some((word) => word.startsWith(beginning)))),
    );
  };
}

/**
 * How a word begins that everybody has who is found by a search: of its terms the longest. Where a term is met in two ways,
 * as `orderLines` is, the first word of the one begins the word of the other.
 */
export function beginningOf(search: string): string {
  const beginnings = searchTerms(search).map(([[first = ""] = []]) => first);
  return beginnings.reduce((longest, one) => (one.length > longest.length ? one : longest), "");
}

/** Whether a word is the one of its name by which a search finds it: of all that begin so the first, so that it is found once. */
export const findsFirst = ({ word, name }: PrincipalWord, beginning: string): boolean =>
  principalWordsOf(name).find((one) => one.startsWith(beginning)) === word;
