/** What stands between characters that no backslash escapes. */
const partsOf = (text: string, part: RegExp): readonly string[] => text.match(part) ?? [];
const rdn = /(?:\\.|[^\\,;])+/gsu;
const typeAndValue = /(?:\\.|[^\\+])+/gsu;

/** A value without its escapes (RFC 4514 §3): bytes of UTF-8 by two digits each, or a character as it is. */
const unescaped = (value: string): string =>
  value.replaceAll(
    /((?:\\[0-9a-f]{2})+)|\\(.)/gisu,
    (_, bytes: string | undefined, character: string | undefined) =>
      bytes === undefined
        ? (character ?? "")
        : Buffer.from(bytes.replaceAll("\\", ""), "hex").toString("utf8"),
  );

function comparedPart(part: string): string {
  const [type, value] = [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)];
  const trimmed = unescaped(value.trimStart().replace(/(?<!\\)\s+$/u, ""));
  const folded = trimmed.normalize("NFC").toLowerCase();
  return `${type.trim().toLowerCase()}=${folded.replaceAll(/[\\,+]/g, String.raw`\$&`)}`;
}

/**
 * A distinguished name in the form in which two that are the same are compared: without case, without space between parts,
 * and however its characters are escaped. Servers give an entry's name and its name among a group's members each in its way.
 */
export const comparedDn = (dn: string): string =>
  partsOf(dn, rdn)
    .map((one) => partsOf(one, typeAndValue).map(comparedPart).toSorted().join("+"))
    .join(",");
