/**
 * A name that both globs match, or null where there is none: what tells whether one who is held to some schemas
 * could be asked for others. It takes the product of both lengths.
 */
export function commonName(a: string, b: string): string | null {
  const [left, right] = [Array.from(a), Array.from(b)];
  // Row by row from the ends: what matches the rest of both globs, or null.
  let below: (string | null)[] = [];
  for (let i = left.length; i >= 0; i -= 1) {
    const row: (string | null)[] = Array.from({ length: right.length + 1 }, () => null);
    for (let j = right.length; j >= 0; j -= 1) {
      row[j] = commonRest(left[i], right[j], {
        withoutLeft: below[j] ?? null,
        withoutRight: row[j + 1] ?? null,
        withoutBoth: below[j + 1] ?? null,
      });
    }
    below = row;
  }
  return below[0] ?? null;
}

interface Rests {
  readonly withoutLeft: string | null;
  readonly withoutRight: string | null;
  readonly withoutBoth: string | null;
}

/** What matches two globs that begin with these characters; undefined is a glob's end. */
function commonRest(left: string | undefined, right: string | undefined, rests: Rests): string | null {
  if (left === undefined && right === undefined) return "";
  const withoutStar = restWithoutStar(left, right, rests);
  if (withoutStar !== null || left === undefined || right === undefined) return withoutStar;
  const character = commonCharacter(left, right);
  const rest = restBehind(left, right, rests);
  return character === null || rest === null ? null : character + rest;
}

/** A star that takes nothing. */
const restWithoutStar = (left: string | undefined, right: string | undefined, rests: Rests): string | null =>
  (left === "*" ? rests.withoutLeft : null) ?? (right === "*" ? rests.withoutRight : null);

/** A star that takes a character stays to take more. */
function restBehind(left: string, right: string, rests: Rests): string | null {
  if (left === "*") return rests.withoutRight;
  return right === "*" ? rests.withoutLeft : rests.withoutBoth;
}

const isWild = (character: string): boolean => character === "*" || character === "?";

function commonCharacter(left: string, right: string): string | null {
  if (isWild(left)) return isWild(right) ? "a" : right;
  return isWild(right) || left === right ? left : null;
}
