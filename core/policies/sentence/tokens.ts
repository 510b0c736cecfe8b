import { placeAt, SentenceError } from "./sentence-error.ts";

/** What a token is: a bare word, a `"name"`, a `'text'`, a number, a mark, or the end of the sentence. */
export type TokenKind = "word" | "name" | "text" | "number" | "mark" | "end";

/** A piece of a sentence. */
export interface Token {
  readonly kind: TokenKind;
  /** As it stands in the sentence. */
  readonly raw: string;
  /** What it says: without its quotes, doubled ones being one. */
  readonly value: string;
  readonly offset: number;
}

/** A bare word: letters, digits and `_`, joined by `.` or `-`. So a full stop behind it is none of its own. */
const word = String.raw`[\p{L}_][\p{L}\p{M}\p{N}_]*(?:[.\-][\p{L}\p{M}\p{N}_]+)*`;

/** Whether a name can stand without quotes, reserved words apart. */
export const isBareWord = (name: string): boolean => new RegExp(`^${word}$`, "u").test(name);

const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ["word", new RegExp(word, "uy")],
  ["number", /\d+(?:\.\d+)?/uy],
  ["name", /"(?:[^"]|"")*"/uy],
  ["text", /'(?:[^']|'')*'/uy],
  ["mark", /[,().=]/uy],
];

const blank = /\s*/uy;

/** The tokens of a sentence, with its end as the last. Throws a `SentenceError` at what is none. */
export function tokensOf(sentence: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = skipBlank(sentence, 0); at < sentence.length;) {
    const token = tokenAt(sentence, at);
    tokens.push(token);
    at = skipBlank(sentence, at + token.raw.length);
  }
  return [...tokens, { kind: "end", raw: "", value: "", offset: sentence.trimEnd().length }];
}

function skipBlank(sentence: string, at: number): number {
  blank.lastIndex = at;
  return at + (blank.exec(sentence)?.[0].length ?? 0);
}

function tokenAt(sentence: string, offset: number): Token {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = offset;
    const raw = pattern.exec(sentence)?.[0];
    if (raw !== undefined) return { kind, raw, value: valueOf(kind, raw), offset };
  }
  const [near = ""] = sentence.slice(offset);
  throw new SentenceError(complaint(near), {
    ...placeAt(sentence, offset),
    expected: expectedFor(near),
    near,
  });
}

function valueOf(kind: TokenKind, raw: string): string {
  const quote = raw.charAt(0);
  return kind === "name" || kind === "text" ? raw.slice(1, -1).replaceAll(quote + quote, quote) : raw;
}

const expectedFor = (near: string): readonly string[] => (near === "'" || near === '"' ? [near] : []);

function complaint(near: string): string {
  if (near === "'") return "The text that begins here does not end; a ' within a text is written ''.";
  if (near === '"') return 'The name that begins here does not end; a " within a name is written "".';
  if (/[\u2018\u2019\u201A\u201C-\u201E\u00AB\u00BB]/u.test(near)) {
    return `Quotes are straight: " around a name, ' around a value, not ${near}.`;
  }
  return `No sentence has ${JSON.stringify(near)} here; a name with such characters stands in double quotes.`;
}
