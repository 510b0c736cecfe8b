import * as z from "zod";

/** The parts of a duration (ISO 8601); months and years are those of the calendar. */
export interface DurationParts {
  readonly years: number;
  readonly months: number;
  readonly weeks: number;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

const isoForm =
  /^P(?=\d|T\d)(?:(\d{1,5})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?$/i;
const shortForm = /^(\d{1,6})([hdwmy])$/i;

/** In the order in which ISO 8601 writes them. */
const units = ["years", "months", "weeks", "days", "hours", "minutes", "seconds"] as const;
const none: DurationParts = { years: 0, months: 0, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0 };
const shortUnits: Readonly<Record<string, keyof DurationParts>> = {
  h: "hours",
  d: "days",
  w: "weeks",
  m: "months",
  y: "years",
};

/** The parts of `P30D`, `PT8H`, `P1M`, or of the short `8h`, `30d`, `2w`, `3m` (months) and `1y`; null for anything else. */
export function durationParts(text: string): DurationParts | null {
  const short = shortForm.exec(text);
  if (short !== null) {
    const unit = shortUnits[(short[2] ?? "").toLowerCase()];
    return unit === undefined ? null : { ...none, [unit]: Number(short[1]) };
  }
  const found = isoForm.exec(text);
  if (found === null) return null;
  const counts = units.map((unit, place) => [unit, Number(found[place + 1] ?? 0)] as const);
  return { ...none, ...Object.fromEntries<number>(counts) };
}

/** The one form in which a duration is kept and answered. */
export function isoDuration(parts: DurationParts): string {
  const written = (counts: readonly (readonly [number, string])[]): string =>
    counts.map(([count, unit]) => (count === 0 ? "" : `${count}${unit}`)).join("");
  const date = written([
    [parts.years, "Y"],
    [parts.months, "M"],
    [parts.weeks, "W"],
    [parts.days, "D"],
  ]);
  const time = written([
    [parts.hours, "H"],
    [parts.minutes, "M"],
    [parts.seconds, "S"],
  ]);
  return `P${date}${time === "" ? "" : `T${time}`}`;
}

/** About how long it is: twelve months are a year, and a year is a leap year. */
const minutesOf = ({ years, months, weeks, days, hours, minutes, seconds }: DurationParts): number =>
  (years * 366 + months * 30.5 + weeks * 7 + days) * 1440 + hours * 60 + minutes + seconds / 60;

/** Access is asked for up to some ten years; whoever wants it for good leaves the duration away. */
const mostMinutes = 10 * 366 * 1440;

/** How long access is wished for, as it may be written; answered as ISO 8601. */
export const accessDuration = z
  .string()
  .trim()
  .max(60)
  .refine((text) => durationParts(text) !== null, {
    error: "must be a duration like P30D, PT8H or P1M, or short: 8h, 30d, 2w, 3m (months), 1y",
    abort: true,
  })
  .transform((text) => durationParts(text) ?? none)
  .refine((parts) => minutesOf(parts) > 0, { error: "must be longer than nothing" })
  .refine((parts) => minutesOf(parts) <= mostMinutes, { error: "must be at most ten years" })
  .transform(isoDuration);
