/** Where in a sentence something stands. */
export interface SentencePlace {
  /** UTF-16 code units before it, as editors and JavaScript count. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
}

/** What is wrong with a sentence, where, and what could stand there instead. */
export interface SentenceFault extends SentencePlace {
  /** Words and kinds of thing that could stand there; empty where the words are right and their sense is not. */
  readonly expected: readonly string[];
  /** What stands there; empty at the end. */
  readonly near: string;
}

/** A sentence that is none. Its message is for whoever wrote it. */
export class SentenceError extends Error {
  readonly fault: SentenceFault;

  constructor(message: string, fault: SentenceFault) {
    super(message);
    this.name = "SentenceError";
    this.fault = fault;
  }
}

/** The line and column of an offset. */
export function placeAt(sentence: string, offset: number): SentencePlace {
  const before = sentence.slice(0, offset).split(/\r\n|[\n\r\u2028\u2029]/);
  return { offset, line: before.length, column: (before.at(-1) ?? "").length + 1 };
}
