import type { OidcIssuers } from "#core/ports/oidc-issuers.ts";
import { type Resolve, systemResolve } from "../network/public-addresses.ts";
import type { Reach, ReachBounds } from "./ask-json.ts";
import { discover } from "./discovery.ts";

const usual: ReachBounds = { connectMs: 3_000, replyMs: 5_000, bytes: 256 * 1024 };

/** What the adapter is made of. */
export interface OidcOptions {
  /** Whether issuers on this machine are asked, by plain http too: on one machine, and never in the cloud. */
  readonly onLoopback: boolean;
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

/** Issuers over the network. */
export function oidcIssuers(options: OidcOptions): OidcIssuers {
  const reach = reachOf(options);
  return { discover: (issuer) => discover(issuer, reach) };
}
