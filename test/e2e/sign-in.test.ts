import { expect, it } from "vitest";
import { systemClock } from "#adapters/system/system-clock.ts";
import { identityProvider } from "#contracts/resources/identity-provider.ts";
import { aDataDirectory, caller, keyIn, startReeve } from "#test/support/local-reeve.ts";
import { anIssuer } from "#test/support/oidc-issuer.ts";

/** Goes somewhere as a browser does, without following where it is sent. */
const visit = (
  url: string | URL,
  cookie = "",
  { headers, ...more }: { method?: string; headers?: Readonly<Record<string, string>> } = {},
) => fetch(url, { redirect: "manual", ...more, headers: { cookie, ...headers } });
/** The cookie that a reply sets, as it is sent back; empty where it takes one away. */
const cookieOf = (reply: Response): string => (reply.headers.getSetCookie().at(0) ?? "").split(";")[0] ?? "";

it("over the running server, somebody of an issuer signs in by a browser, sends tokens, and signs out", async () => {
  const issuer = await anIssuer(systemClock, true);
  issuer.person = { sub: "ann", name: "Ann", groups: ["Legal"] };
  const reeve = startReeve(await aDataDirectory());
  const url = await reeve.ready();
  const made = await caller(url, keyIn(reeve))("POST", "/identity-providers", {
    name: "Company",
    kind: "oidc",
    issuer: issuer.issuer,
    audiences: ["reeve"],
    groupsClaim: "groups",
    signIn: { clientId: issuer.client.id },
    clientSecret: issuer.client.secret,
  });
  const { id } = identityProvider.parse(made.body);

  const begun = await visit(`${url}/sign-in/${id}?returnTo=/data-sources`);
  const back = await visit(begun.headers.get("location") ?? "");
  const come = await visit(back.headers.get("location") ?? "", cookieOf(begun));
  expect([begun.status, back.status, come.status]).toEqual([302, 302, 302]);
  expect(come.headers.get("location")).toBe("/data-sources");
  const session = cookieOf(come);
  const me = await visit(`${url}/me`, session);
  expect(await me.json()).toMatchObject({ user: { name: "Ann" }, groups: ["Legal"], permissions: [] });

  const token = await issuer.token({ sub: "ann", groups: ["Legal"] });
  expect(await caller(url, token)("GET", "/me")).toMatchObject({ status: 200, body: { groups: ["Legal"] } });
  expect((await caller(url, `${token}x`)("GET", "/me")).status).toBe(401);

  const signOut = { method: "POST", headers: { "x-requested-with": "reeve-console" } };
  expect((await visit(`${url}/sign-out`, session, signOut)).status).toBe(204);
  expect((await visit(`${url}/me`, session)).status).toBe(401);
  for (const secret of [token, issuer.client.secret ?? "-", session.slice(20)]) {
    expect(reeve.talk).not.toContain(secret);
  }
}, 60_000);
