import type * as z from "zod";

/** Seals what is handed to somebody who may neither read nor change it. */
export interface Seals {
  /** The value for one purpose, as base64url. */
  seal(purpose: string, value: unknown): Promise<string>;
  /** What was sealed for the purpose; null for anything else. */
  open<S extends z.ZodType>(purpose: string, sealed: string, shape: S): Promise<z.output<S> | null>;
}
