import type * as z from "zod";

/** Seals what is handed to somebody who may neither read nor change it, and marks what is kept where others read. */
export interface Seals {
  /** The value for one purpose, as base64url. */
  seal(purpose: string, value: unknown): Promise<string>;
  /** What was sealed for the purpose; null for anything else. */
  open<S extends z.ZodType>(purpose: string, sealed: string, shape: S): Promise<z.output<S> | null>;
  /** What tells these parts from all others for one purpose, as hex; nobody without the root secret can try out what they are. */
  mark(purpose: string, parts: readonly (string | Uint8Array)[]): Promise<string>;
}
