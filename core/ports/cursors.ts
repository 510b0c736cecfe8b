import type * as z from "zod";

/** Seals where a page ended, so that a client can neither read meaning into it nor make one up. */
export interface Cursors {
  /** At most 1 KB. `list` names the list and its filters: a cursor is good for nothing else. */
  seal(list: string, position: unknown): Promise<string>;
  /** The position, or a DomainError `invalid-cursor` for anything that this list did not seal. */
  open<S extends z.ZodType>(list: string, cursor: string, position: S): Promise<z.output<S>>;
}
