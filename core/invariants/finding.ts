import type { Invariant } from "#contracts/resources/check-report.ts";

/** An invariant that does not hold, and where. */
export interface Finding {
  readonly invariant: Invariant;
  /** What it is about: an id, a name, a place in a line. */
  readonly subject: string;
  /** What is wrong, in plain words. */
  readonly detail: string;
}

/** A finding in one line. */
export const finding = (invariant: Invariant, subject: string, detail: string): Finding => ({
  invariant,
  subject,
  detail,
});
