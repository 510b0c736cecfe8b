import { maxConditions, maxDepth } from "./ast.ts";
import { placeAt, SentenceError, type SentenceFault, type SentencePlace } from "./sentence-error.ts";
import { meant } from "./spelling.ts";
import { tokensOf, type Token } from "./tokens.ts";

/** Words that hold sentences together: as names they stand in double quotes. */
const reserved: ReadonlySet<string> = new Set(
  (
    "allow an and any are attribute attributes belong belongs by do does except for from group groups has have if in is " +
    "let member members not on or otherwise possess possesses tagged the they to user users value values when where " +
    "who with without"
  ).split(" "),
);

/** Whether a word is one of those that hold sentences together. */
export const isReserved = (text: string): boolean => reserved.has(text.toLowerCase());

/** A name that a sentence mentions. */
export interface Mention extends SentencePlace {
  readonly of: "group" | "attribute" | "tag";
  readonly name: string;
}

/** One element of a phrase: any of some words, which may be left out where it is optional. */
interface Element {
  readonly words: readonly string[];
  readonly optional: boolean;
}

const phrases = new Map<string, readonly Element[]>();

/** `a|b` is either, `[a]` may be left out. */
function elementsOf(phrase: string): readonly Element[] {
  const known = phrases.get(phrase);
  if (known !== undefined) return known;
  const elements = phrase.split(" ").map((text): Element => {
    const optional = text.startsWith("[") && text.endsWith("]");
    return { words: (optional ? text.slice(1, -1) : text).split("|"), optional };
  });
  phrases.set(phrase, elements);
  return elements;
}

/** A phrase as the canonical sentence has it. */
const shown = (elements: readonly Element[]): string =>
  elements.flatMap(({ words, optional }) => (optional ? [] : words.slice(0, 1))).join(" ");

const longestNear = 40;
const longestName = 200;

/**
 * Reads a sentence token by token for the parsers of its parts. It remembers what could have stood at the furthest place that
 * was looked at, which is where a sentence that is none went wrong.
 */
export class TokenReader {
  /** What was mentioned so far, in the order of the sentence. */
  readonly mentions: Mention[] = [];
  /** Where it begins to say which data sources it is about; null where it does not. */
  scopeAt: SentenceFault | null = null;
  private readonly sentence: string;
  private readonly tokens: readonly Token[];
  private at = 0;
  private furthest = 0;
  private expected = new Set<string>();
  private hint: string | null = null;
  private depth = 0;

  constructor(sentence: string) {
    this.sentence = sentence;
    this.tokens = tokensOf(sentence);
  }

  /** The next token, or one further on; behind the last one is the end. */
  peek(ahead = 0): Token {
    const token = this.tokens[this.at + ahead] ?? this.tokens.at(-1);
    if (token === undefined) throw new Error("a sentence without an end");
    return token;
  }

  /** Goes past a phrase if it stands here; if not, it is one of the things that could have stood here. */
  takes(phrase: string): boolean {
    return this.match(phrase, shown(elementsOf(phrase)));
  }

  /** The same for another way to say it: it is understood, and not told as what could stand here. */
  also(...phrases: readonly string[]): boolean {
    return phrases.some((phrase) => this.match(phrase, null));
  }

  /** Goes past a phrase that must stand here. */
  demand(phrase: string): void {
    if (!this.takes(phrase)) this.fail();
  }

  /** Whether a name could stand at a token: anything quoted, or a word that holds no sentence together. */
  nameAt(ahead: number): boolean {
    const { kind, value } = this.peek(ahead);
    return kind === "name" || kind === "text" || (kind === "word" && !isReserved(value));
  }

  /** Whether a value could stand at a token: anything quoted, or a number. */
  textAt(ahead: number): boolean {
    return ["text", "name", "number"].includes(this.peek(ahead).kind);
  }

  /** A name, in NFC and without blanks around it. */
  name(of: Mention["of"]): string {
    const token = this.peek();
    if (!this.nameAt(0)) {
      this.miss(this.at, `name of ${of === "attribute" ? "an" : "a"} ${of}`);
      if (token.kind === "word" || token.kind === "number") {
        this.hint = `As a name it stands in double quotes: "${token.value}".`;
      }
      this.fail();
    }
    const name = token.value.normalize("NFC").trim();
    if (name === "" || name.length > longestName || /[\p{Cc}\p{Cs}]/u.test(name)) {
      this.refuse(token, `A name has 1 to ${longestName} characters, none of them control characters.`);
    }
    this.mentions.push({ of, name, ...placeAt(this.sentence, token.offset) });
    if (this.mentions.length > maxConditions) {
      this.refuse(token, `A sentence names at most ${maxConditions} groups, attributes and tags.`);
    }
    this.at += 1;
    return name;
  }

  /** A text in single quotes, exactly as it is. */
  text(): string {
    const token = this.peek();
    if (!this.textAt(0)) {
      this.miss(this.at, "'text'");
      if (token.kind === "word") this.hint = `A value stands in single quotes: '${token.value}'.`;
      this.fail();
    }
    this.at += 1;
    return token.value;
  }

  /** Goes past the end, which must be here. */
  end(): void {
    this.also(".");
    if (this.peek().kind === "end") return;
    this.miss(this.at, "end of the sentence");
    this.fail();
  }

  /** Reads what stands within something else; refuses what stands too deep. */
  within<T>(opening: Token, read: () => T): T {
    this.depth += 1;
    if (this.depth > maxDepth) {
      this.refuse(opening, `Conditions stand at most ${maxDepth} deep in each other.`);
    }
    const found = read();
    this.depth -= 1;
    return found;
  }

  /** Adds something to what could have stood at a token. */
  couldBe(what: string, ahead = 0): void {
    this.miss(this.at + ahead, what);
  }

  /** Goes past tokens that were looked at. */
  skip(count: number): void {
    this.at += count;
  }

  /** Says where the sentence is none and what could stand there; `hint` says more. */
  fail(hint = this.hint ?? this.severalWords()): never {
    const token = this.tokens[this.furthest] ?? this.peek();
    const expected = [...this.expected];
    const { near } = this.faultAt(token);
    const guess = token.kind === "word" ? meant(token.value, firstWords(expected)) : null;
    const message = [
      near === ""
        ? "The sentence ends too early."
        : `The sentence is not understood at ${JSON.stringify(near)}.`,
      guess === null ? "" : `Did you mean ${JSON.stringify(guess)}?`,
      hint,
      expected.length === 0 ? "" : `Here could stand: ${expected.join(" · ")}.`,
    ];
    throw new SentenceError(message.filter((part) => part !== "").join(" "), this.faultAt(token, expected));
  }

  /** Refuses what is understood and must not be. */
  refuse(token: Token, message: string, expected: readonly string[] = []): never {
    throw new SentenceError(message, this.faultAt(token, expected));
  }

  /** A place of the sentence, to refuse what stands there later. */
  faultAt(token: Token, expected: readonly string[] = []): SentenceFault {
    const near = token.raw.slice(0, longestNear);
    return { ...placeAt(this.sentence, token.offset), expected, near };
  }

  /** Where a bare word follows a bare name, it may be one name of two words. */
  private severalWords(): string {
    const [name, more] = [this.tokens[this.furthest - 1], this.tokens[this.furthest]];
    const named = name?.kind === "word" && this.mentions.at(-1)?.offset === name.offset;
    return named && more?.kind === "word" && !isReserved(more.value)
      ? `A name of several words stands in double quotes: "${name.value} ${more.value}".`
      : "";
  }

  private match(phrase: string, label: string | null): boolean {
    let next = this.at;
    for (const { words, optional } of elementsOf(phrase)) {
      const { kind, value } = this.tokens[next] ?? this.peek();
      if ((kind === "word" || kind === "mark") && words.includes(value.toLowerCase())) next += 1;
      else if (!optional) {
        if (next === this.at) {
          if (label !== null) this.miss(next, label);
        } else this.miss(next, words[0] ?? "");
        return false;
      }
    }
    this.at = next;
    return true;
  }

  private miss(index: number, what: string): void {
    if (index < this.furthest) return;
    if (index > this.furthest) {
      this.furthest = index;
      this.expected = new Set();
      this.hint = null;
    }
    this.expected.add(what);
  }
}

const firstWords = (expected: readonly string[]): readonly string[] =>
  expected.flatMap((phrase) => phrase.split(" ").slice(0, 1));
