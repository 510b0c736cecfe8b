/** Bytes that are gathered piece by piece and read as one text; what they take in memory is used again. */
export class GatheredBytes {
  private bytes = Buffer.allocUnsafe(16_384);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  add(piece: Uint8Array): void {
    const length = this.length + piece.length;
    if (length > this.bytes.length) this.grow(length);
    this.bytes.set(piece, this.length);
    this.length = length;
  }

  private grow(least: number): void {
    const larger = Buffer.allocUnsafe(2 ** Math.ceil(Math.log2(least)));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  text(): string {
    return this.bytes.toString("utf8", 0, this.length);
  }
}
