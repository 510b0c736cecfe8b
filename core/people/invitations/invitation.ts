/** The way in for a person who has no key yet; each has one at most, and a new one takes the place of the old. */
export interface Invitation {
  readonly userId: string;
  /** Tells it from the one that comes after it. */
  readonly id: string;
  /** Lower-case hex of the SHA-256 of the whole token, which is never stored. */
  readonly hash: string;
  readonly expiresAt: string;
  readonly createdBy: string;
  readonly createdAt: string;
}

/** 32 bytes as base64url: the end of a token, so that a user's id may hold anything. */
const tokenShape = /^rvi_(.{1,200})_[A-Za-z0-9_-]{43}$/;

/** The token that is told once. */
export const invitationToken = (userId: string, secret: string): string => `rvi_${userId}_${secret}`;

/** Whom a token invites; null where it is none. */
export const invitedBy = (token: string): string | null => tokenShape.exec(token)?.[1] ?? null;
