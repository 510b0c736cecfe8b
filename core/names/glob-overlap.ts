const star = 42;
const anyOne = 63;

const codesOf = (glob: string): readonly number[] =>
  Array.from(glob, (character) => character.codePointAt(0) ?? 0);

/**
 * Whether there is a name that both globs match: what tells whether one who is held to some schemas could be
 * asked for others. It takes the product of both lengths.
 */
export function globsOverlap(a: string, b: string): boolean {
  const [left, right] = [codesOf(a), codesOf(b)];
  // Row by row from the ends: whether something matches the rest of both globs.
  let below = new Uint8Array(right.length + 1);
  for (let i = left.length; i >= 0; i -= 1) {
    const row = new Uint8Array(right.length + 1);
    for (let j = right.length; j >= 0; j -= 1) {
      const rests = [below[j], row[j + 1], below[j + 1]] as const;
      row[j] = i === left.length && j === right.length ? 1 : restsOverlap(left[i], right[j], rests);
    }
    below = row;
  }
  return below[0] === 1;
}

/** Whether what is left of both globs overlaps without the left one's first, the right one's, and both. */
type Rests = readonly [left: number | undefined, right: number | undefined, both: number | undefined];

function restsOverlap(left: number | undefined, right: number | undefined, rests: Rests): number {
  const [withoutLeft = 0, withoutRight = 0, withoutBoth = 0] = rests;
  // A star takes nothing, or what the other glob has next, and stays to take more.
  if (left === star || right === star) return withoutLeft | withoutRight;
  return meet(left, right) ? withoutBoth : 0;
}

/** Whether two characters of globs, neither of them a star, can stand for the same one. */
const meet = (left: number | undefined, right: number | undefined): boolean =>
  left !== undefined && right !== undefined && (left === right || left === anyOne || right === anyOne);
