import { durationParts } from "#contracts/resources/access-duration.ts";
import type { Approval } from "#core/access-requests/access-request.ts";

/** The last day of a month; months count from 0. */
const lastDay = (year: number, month: number): number => new Date(Date.UTC(year, month + 1, 0)).getUTCDate();

/** A time and a duration later, in UTC: months and years go by the calendar, and clamp to the month's last day. */
export function after(at: Date, duration: string): Date {
  const parts = durationParts(duration);
  if (parts === null) throw new Error(`a stored duration cannot be read: ${duration}`);
  const { years, months, weeks, days, hours, minutes, seconds } = parts;
  const month = at.getUTCMonth() + years * 12 + months;
  const later = new Date(at);
  later.setUTCDate(1);
  later.setUTCMonth(month);
  later.setUTCDate(Math.min(at.getUTCDate(), lastDay(later.getUTCFullYear(), later.getUTCMonth())));
  const rest = (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds;
  return new Date(later.getTime() + rest * 1000);
}

/**
 * When access ends that is granted now: what was wished is counted from now, and every approver may shorten it. Where an
 * owner said when it is to end, that takes the place of the wish, be it earlier or later; the others still shorten it.
 */
export function accessEnd(
  at: Date,
  duration: string | null,
  approvals: readonly Pick<Approval, "kinds" | "expiresAt">[],
): string | null {
  const said = approvals.flatMap(({ expiresAt }) => expiresAt ?? []);
  const byOwner = approvals.some(({ kinds, expiresAt }) => kinds.includes("owner") && expiresAt !== null);
  const wished = duration === null || byOwner ? [] : [after(at, duration).toISOString()];
  return [...said, ...wished].toSorted((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null;
}
