import { eachRow } from "./row-list.ts";

/** A set of rows: one bit for each. */
export class RowSet {
  private readonly bits: Uint32Array;

  /** For rows up to, and without, `size`. */
  constructor(size: number) {
    this.bits = new Uint32Array((size + 31) >>> 5);
  }

  add(row: number): void {
    const word = row >>> 5;
    this.bits[word] = (this.bits[word] ?? 0) | (1 << (row & 31));
  }

  remove(row: number): void {
    const word = row >>> 5;
    this.bits[word] = (this.bits[word] ?? 0) & ~(1 << (row & 31));
  }

  /** Takes in a list as it is stored. */
  addAll(rows: Uint8Array): void {
    eachRow(rows, (row) => this.add(row));
  }

  has(row: number): boolean {
    return ((this.bits[row >>> 5] ?? 0) & (1 << (row & 31))) !== 0;
  }

  /** Keeps what is in the other as well. */
  intersect(other: RowSet): void {
    for (let word = 0; word < this.bits.length; word += 1) {
      this.bits[word] = (this.bits[word] ?? 0) & (other.bits[word] ?? 0);
    }
  }

  /** Takes in what is in the other. */
  unite(other: RowSet): void {
    for (let word = 0; word < this.bits.length; word += 1) {
      this.bits[word] = (this.bits[word] ?? 0) | (other.bits[word] ?? 0);
    }
  }

  /** Its rows in order. */
  rows(): number[] {
    const found: number[] = [];
    for (let word = 0; word < this.bits.length; word += 1) {
      for (let bits = this.bits[word] ?? 0; bits !== 0; bits &= bits - 1) {
        found.push(word * 32 + 31 - Math.clz32(bits & -bits));
      }
    }
    return found;
  }

  /** How many rows of a list, as it is stored, are in it. */
  countIn(rows: Uint8Array): number {
    let count = 0;
    eachRow(rows, (row) => {
      if (this.has(row)) count += 1;
    });
    return count;
  }
}
