/** Whether a number is in a field of crontab(5): a list of values, ranges, and steps of either. */
function meets(field: string, value: number, most: number): boolean {
  return field.split(",").some((part) => {
    const [range = "*", step = "1"] = part.split("/");
    const [low, high] = range.split("-");
    const from = range === "*" ? 0 : Number(low);
    const to = range === "*" || (high === undefined && part.includes("/")) ? most : Number(high ?? low);
    return value >= from && value <= to && (value - from) % Number(step) === 0;
  });
}

/** Days and months count from one: a step counts from there. */
const fromOne = (field: string, most: number): string => field.replaceAll("*", `1-${most}`);

/** Whether an expression that the contract accepted names this minute, in UTC. Either day is enough where both are given. */
export function isCronMinute(expression: string, at: Date): boolean {
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = expression.trim().split(/\s+/);
  return (
    meets(minute, at.getUTCMinutes(), 59) &&
    meets(hour, at.getUTCHours(), 23) &&
    meets(fromOne(month, 12), at.getUTCMonth() + 1, 12) &&
    isCronDay(day, weekday, at)
  );
}

function isCronDay(day: string, weekday: string, at: Date): boolean {
  const onDay = meets(fromOne(day, 31), at.getUTCDate(), 31);
  // Sunday is 0 and 7.
  const numbers = [at.getUTCDay(), at.getUTCDay() === 0 ? 7 : at.getUTCDay()];
  const onWeekday = numbers.some((one) => meets(weekday, one, 7));
  const isEither = !day.startsWith("*") && !weekday.startsWith("*");
  return isEither ? onDay || onWeekday : onDay && onWeekday;
}

export const quarterMs = 15 * 60_000;

/** Whether an expression names a minute of the quarter of an hour that ended last: each quarter is looked at once. */
export function isDue(expression: string, now: Date): boolean {
  const end = Math.floor(now.getTime() / quarterMs) * quarterMs;
  return Array.from({ length: 15 }, (_, minute) => new Date(end - quarterMs + minute * 60_000)).some((at) =>
    isCronMinute(expression, at),
  );
}
