/** Whether a name matches a glob: `*` is any run of characters, `?` any one; case counts, as in the remote. */
export function matchesGlob(glob: string, name: string): boolean {
  const pattern = glob
    .split("")
    .map((character) => {
      if (character === "*") return ".*";
      if (character === "?") return ".";
      return character.replace(/[\\^$.|+()[\]{}]/, String.raw`\$&`);
    })
    .join("");
  return new RegExp(`^${pattern}$`, "su").test(name);
}
