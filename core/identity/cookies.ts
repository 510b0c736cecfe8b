/** A cookie for a browser to keep; `maxAgeSeconds` 0 takes it away. Never one that a script may read. */
export interface Cookie {
  readonly name: string;
  readonly value: string;
  /** Where it is sent to: this path and those below it. */
  readonly path: string;
  /** Whether it is sent with nothing that another site began, or with links from there too. */
  readonly sameSite: "Strict" | "Lax";
  /** Whether it is sent over TLS alone: not on one machine. */
  readonly secure: boolean;
  readonly maxAgeSeconds: number;
}

/** The cookie that bears a session. */
export const sessionCookie = "reeve_session";

/** The cookie that remembers what a sign-in began with. */
export const signInCookie = "reeve_sign_in";
