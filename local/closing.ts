import { setTimeout as wait } from "node:timers/promises";

/**
 * In which order all ends: first nothing new comes in, then what is under way gets a moment. The table
 * ends before the warehouse, so that a job that loses its remote half way can no longer say it was ill.
 */
const phases = ["sample", "intake", "work", "table", "warehouse", "directory"] as const;
type Phase = (typeof phases)[number];

type Close = () => Promise<void> | void;

/** What must be ended when we end. */
export class Closing {
  private readonly closes = new Map<Phase, Close[]>();
  private ending: Promise<void> | null = null;

  /** Whether the end has begun. */
  get begun(): boolean {
    return this.ending !== null;
  }

  /** Says how to end something; when the end has begun already, it is ended at once. */
  on(phase: Phase, close: Close): void {
    if (this.ending === null) this.closes.set(phase, [...(this.closes.get(phase) ?? []), close]);
    else void attempt(close);
  }

  /** Ends everything, once, phase by phase. What cannot be ended does not keep the rest from it. */
  end(): Promise<void> {
    this.ending ??= this.endAll();
    return this.ending;
  }

  private async endAll(): Promise<void> {
    for (const phase of phases) {
      await Promise.all((this.closes.get(phase) ?? []).map(attempt));
    }
  }
}

async function attempt(close: Close): Promise<void> {
  try {
    await close();
  } catch {
    // The guardian ends what is left.
  }
}

/** Waits for something, but no longer than this. */
export async function patiently(work: Promise<unknown>, ms: number): Promise<void> {
  await Promise.race([work, wait(ms, undefined, { ref: false })]);
}
