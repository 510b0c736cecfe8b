import type { Write } from "#core/ports/change.ts";

/** A transaction takes a hundred items: one is the checkpoint, and one the provider's. */
const mostWrites = 98;
/** And 4 MB; a step is far smaller, and what is stored is a little larger than its JSON. */
const mostCharacters = 2_000_000;

const charactersOf = (writes: readonly Write[]): number => JSON.stringify(writes).length;

const isSamePrincipal = (one: Write, other: Write): boolean =>
  one.write === "require-principal" &&
  other.write === "require-principal" &&
  one.principal.type === other.principal.type &&
  one.principal.id === other.principal.id;

const isSameFacts = (one: Write, other: Write): boolean =>
  one.write === "replace" &&
  other.write === "replace" &&
  one.kind === "user-facts" &&
  other.kind === "user-facts" &&
  one.record.userId === other.record.userId;

/** Puts as many steps into each transaction as it takes, in order. A step is never torn, and no item stands twice in one. */
export function transactionsOf(steps: readonly (readonly Write[])[]): readonly (readonly Write[])[] {
  const all: Write[][] = [];
  let current: Write[] = [];
  let characters = 0;
  for (const step of steps) {
    // Several users come into one group, which is asked for once.
    const writes = (): Write[] => step.filter((one) => !current.some((other) => isSamePrincipal(one, other)));
    // Two steps of one user change one item: the first has to stand before the second.
    const isSecond = step.some((one) => current.some((other) => isSameFacts(one, other)));
    const size = charactersOf(step);
    if (isSecond || current.length + writes().length > mostWrites || characters + size > mostCharacters) {
      all.push(current);
      [current, characters] = [[], 0];
    }
    current.push(...writes());
    characters += size;
  }
  return [...all, current].filter((writes) => writes.length > 0);
}
