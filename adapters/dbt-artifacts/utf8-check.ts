import { isUtf8 } from "node:buffer";

/** How many bytes a character has by its first byte; 0 where that is not a first byte of several. */
function lengthFrom(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 0;
}

/** Where a character begins that the bytes do not hold to its end; their length where there is none. */
function unfinishedFrom(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return lengthFrom(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Tells whether bytes that come in pieces are UTF-8, whatever characters the pieces cut through. */
export class Utf8Check {
  private rest: Uint8Array = new Uint8Array();

  /** Whether all is UTF-8 so far, but for a character that has not ended yet. */
  takes(bytes: Uint8Array): boolean {
    let all = bytes;
    if (this.rest.length > 0) {
      const few = Buffer.concat([
        this.rest,
        bytes.subarray(0, lengthFrom(this.rest[0] ?? 0) - this.rest.length),
      ]);
      if (unfinishedFrom(few) < few.length) return this.keep(few);
      if (!isUtf8(few)) return false;
      all = bytes.subarray(few.length - this.rest.length);
    }
    const end = unfinishedFrom(all);
    return this.keep(Buffer.from(all.subarray(end))) && isUtf8(all.subarray(0, end));
  }

  private keep(rest: Uint8Array): true {
    this.rest = rest;
    return true;
  }
}
