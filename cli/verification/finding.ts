/** What is wrong with exported objects, and where. */
export interface Finding {
  /** The file, or the object's name where there is no file. */
  readonly object: string;
  /** Counted from 1; null where it is about the object as a whole. */
  readonly line: number | null;
  readonly problem: "changed" | "missing" | "added" | "reordered" | "truncated" | "beside";
  readonly detail: string;
}
