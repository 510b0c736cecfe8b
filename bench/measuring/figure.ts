/** What a figure was measured on and under. */
export type FigureContext = Readonly<Record<string, string | number | boolean | readonly string[] | null>>;

/** One measured value. Without a budget it is shown for itself. */
export interface Figure {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  /** The most that the value should be, or null. */
  readonly budget: number | null;
  readonly context?: FigureContext;
}

/** Takes figures as they are measured. */
export type Report = (figure: Figure) => void;

/** Measures figures of one kind; it fails only when it cannot measure. */
export type Bench = (report: Report) => Promise<void>;

const rounded = (value: number): number => Number(value.toPrecision(value >= 1000 ? 6 : 4));

/** A figure as a line of JSON. `within` is null where there is no budget, and never decides an exit code. */
export function figureLine({ figure, value, unit, budget, context }: Figure): string {
  const shown = rounded(value);
  const within = budget === null ? null : shown <= budget;
  return JSON.stringify({ figure, value: shown, unit, budget, within, ...context });
}

/** Says something to whoever watches; standard output holds figures alone. */
export const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
