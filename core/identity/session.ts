import type { Routes } from "#contracts/http/routes.ts";
import { audited } from "#core/audit/record.ts";
import { ForBrowser, type Call, type UseCase } from "#core/call/call.ts";
import { sessionCookie, type Cookie } from "#core/identity/cookies.ts";
import type { SignInDeps } from "#core/identity/sign-in-deps.ts";

/** So long a session lasts, whatever is done in it. */
export const sessionSeconds = 12 * 3600;

/** The cookie of a session; without a value it is taken away. */
export const sessionCookieOf = ({ baseUrl }: Pick<Call, "baseUrl">, value: string): Cookie => ({
  name: sessionCookie,
  value,
  path: "/",
  sameSite: "Strict",
  secure: baseUrl.startsWith("https:"),
  maxAgeSeconds: value === "" ? 0 : sessionSeconds,
});

/** Ends the session that is asked by, at once. Who asks by a key or a token has none, and nothing happens. */
export const signOut =
  ({ store, ids, clock }: Pick<SignInDeps, "store" | "ids" | "clock">): UseCase<Routes["signOut"]> =>
  async (_, call) => {
    const gone = new ForBrowser([sessionCookieOf(call, "")]);
    if (call.sessionId === null) return gone;
    const session = await store.apiKey(call.sessionId);
    if (session === null) return gone;
    await store.commit([
      { write: "remove", kind: "api-key", record: session },
      audited(ids, clock.now(), call, {
        action: "user:sign-out",
        resource: { type: "user", id: call.user.id },
      }),
    ]);
    return gone;
  };
