/**
 * Whether a name matches a glob: `*` is any run of characters, `?` any one; case counts, as in the remote.
 * Where a match fails behind a `*`, only the last `*` takes one more: at worst the product of both lengths.
 */
export function matchesGlob(glob: string, name: string): boolean {
  const [pattern, text] = [Array.from(glob), Array.from(name)];
  let [at, read] = [0, 0];
  let star: { readonly at: number; read: number } | null = null;
  while (read < text.length) {
    if (pattern[at] === "*") {
      star = { at, read };
      at += 1;
    } else if (pattern[at] === "?" || (at < pattern.length && pattern[at] === text[read])) {
      at += 1;
      read += 1;
    } else if (star === null) {
      return false;
    } else {
      star.read += 1;
      at = star.at + 1;
      read = star.read;
    }
  }
  return pattern.slice(at).every((character) => character === "*");
}
