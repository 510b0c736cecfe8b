import type { Clock } from "#core/ports/clock.ts";
import type { OidcEndpoints, OidcIssuers } from "#core/ports/oidc-issuers.ts";
import { type Resolve, systemResolve } from "../network/public-addresses.ts";
import type { Reach, ReachBounds } from "./ask-json.ts";
import { idTokenFor, signInUrl } from "./code-flow.ts";
import { discover } from "./discovery.ts";

const usual: ReachBounds = { connectMs: 3_000, replyMs: 5_000, bytes: 256 * 1024 };

/** What the adapter is made of. */
export interface OidcOptions {
  /** Whether issuers on this machine are asked, by plain http too: on one machine, and never in the cloud. */
  readonly onLoopback: boolean;
  readonly clock: Clock;
  /** For tests. */
  readonly resolve?: Resolve;
  readonly bounds?: Partial<ReachBounds>;
}

/** How issuers are reached under some options. */
export const reachOf = ({ onLoopback, resolve = systemResolve, bounds }: OidcOptions): Reach => ({
  onLoopback,
  resolve,
  bounds: { ...usual, ...bounds },
});

/** So long endpoints are used for signing in without asking for them again. */
const keptMs = 10 * 60_000;

/** Issuers over the network. */
export function oidcIssuers(options: OidcOptions): OidcIssuers {
  const reach = reachOf(options);
  const now = (): number => options.clock.now().getTime();
  // Only issuers of providers are ever kept: there are few.
  const kept = new Map<string, { readonly at: number; readonly endpoints: OidcEndpoints }>();
  const endpointsOf = async (issuer: string): Promise<OidcEndpoints> => {
    const known = kept.get(issuer);
    if (known !== undefined && now() - known.at < keptMs) return known.endpoints;
    const endpoints = await discover(issuer, reach);
    kept.set(issuer, { at: now(), endpoints });
    return endpoints;
  };
  return {
    discover: (issuer) => discover(issuer, reach),
    signInUrl: async (issuer, request) => signInUrl(await endpointsOf(issuer), request),
    idToken: async (issuer, exchange) => await idTokenFor(await endpointsOf(issuer), exchange, reach),
  };
}
