import { maxSentenceLength, type Sentence, type SentenceKind } from "./ast.ts";
import { print } from "./print.ts";
import { placeAt, SentenceError, type SentenceFault } from "./sentence-error.ts";
import { subscription } from "./subscription.ts";
import { TokenReader, type Mention } from "./token-reader.ts";

/** A kind of sentence: how it may begin, the way that is canonical first, and what reads on from there. */
interface Statement {
  readonly opens: readonly [string, ...string[]];
  readonly read: (reader: TokenReader) => Sentence;
}

/** Every kind of sentence. A further one is one more entry, with its type in `ast.ts` and its print in `print.ts`. */
const statements: { readonly [K in SentenceKind]: Statement } = {
  subscription: { opens: ["allow", "let"], read: subscription },
};

/** A sentence that was understood. */
export interface Parsed {
  readonly ast: Sentence;
  /** The same as everybody writes it; parsed, it says the same. */
  readonly canonical: string;
  /** The names that it mentions and where, in the order of the sentence. */
  readonly mentions: readonly Mention[];
  /** Where it begins to say which data sources it is about; null where it does not. */
  readonly scopeAt: SentenceFault | null;
}

/** Understands a sentence; throws a `SentenceError` that says where it is none and what could stand there. */
export function parse(sentence: string): Parsed {
  const reader = new TokenReader(sentence);
  const ast = statementOf(reader).read(reader);
  const canonical = print(ast);
  if (canonical.length > maxSentenceLength) {
    throw new SentenceError(
      `Written out in full, the sentence has ${canonical.length} characters; at most ${maxSentenceLength} are taken.`,
      { ...placeAt(sentence, 0), expected: [], near: reader.peek().raw },
    );
  }
  return { ast, canonical, mentions: reader.mentions, scopeAt: reader.scopeAt };
}

function statementOf(reader: TokenReader): Statement {
  for (const statement of Object.values(statements)) {
    const [canonical, ...others] = statement.opens;
    if (reader.takes(canonical) || reader.also(...others)) return statement;
  }
  return reader.fail();
}
