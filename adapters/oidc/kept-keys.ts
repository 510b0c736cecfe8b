import { createLocalJWKSet, errors, type JWTVerifyGetKey } from "jose";
import * as z from "zod";
import type { Clock } from "#core/ports/clock.ts";
import type { Log } from "#core/ports/log.ts";
import { OidcIssuerError } from "#core/ports/oidc-issuers.ts";
import { askJson, type Reach } from "./ask-json.ts";
import { discover } from "./discovery.ts";

/** So long keys are used without asking for them again. */
const keptMs = 10 * 60_000;
/** So long they are used beyond that while their issuer cannot be asked. */
const graceMs = 60 * 60_000;
/** A key that is not known makes Reeve ask again, but no more often than this. */
const coolDownMs = 30_000;
/** After an issuer could not be asked, it is left alone for so long. */
const restMs = 5_000;

const keySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(100) });

/** An issuer's keys as they were at a time. */
interface Kept {
  readonly keyOf: JWTVerifyGetKey;
  readonly at: number;
}

/** What is known of one issuer. */
interface Known {
  kept: Kept | null;
  asking: Promise<Kept> | null;
  /** When it was last asked in vain, and why. */
  failed: { readonly at: number; readonly error: unknown } | null;
}

/** The keys of issuers, kept for as long as this process lives; only issuers of providers are ever asked for. */
export class KeptKeys {
  private readonly issuers = new Map<string, Known>();
  private readonly reach: Reach;
  private readonly clock: Clock;
  private readonly log: Log;

  constructor(reach: Reach, clock: Clock, log: Log) {
    this.reach = reach;
    this.clock = clock;
    this.log = log;
  }

  /** Finds the key of a token of an issuer's; one that is not known is asked for anew, within bounds. */
  keysOf(issuer: string): JWTVerifyGetKey {
    return async (header, token) => {
      const kept = await this.current(issuer);
      try {
        return await kept.keyOf(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        if (this.clock.now().getTime() - kept.at < coolDownMs) throw error;
        return await (await this.ask(issuer)).keyOf(header, token);
      }
    };
  }

  /** Keys that are young enough; older ones where the issuer cannot be asked, for a while. */
  private async current(issuer: string): Promise<Kept> {
    const { kept } = this.known(issuer);
    const age = kept === null ? Infinity : this.clock.now().getTime() - kept.at;
    if (kept !== null && age < keptMs) return kept;
    try {
      return await this.ask(issuer);
    } catch (error) {
      if (kept === null || age >= keptMs + graceMs) throw error;
      this.log.warn("an issuer could not be asked for its keys; those it had are used", { issuer, error });
      return kept;
    }
  }

  private known(issuer: string): Known {
    const known = this.issuers.get(issuer) ?? { kept: null, asking: null, failed: null };
    this.issuers.set(issuer, known);
    return known;
  }

  /** Asks once, however many wait for the answer. */
  private async ask(issuer: string): Promise<Kept> {
    const known = this.known(issuer);
    if (known.failed !== null && this.clock.now().getTime() - known.failed.at < restMs) {
      throw known.failed.error;
    }
    known.asking ??= this.fetched(issuer);
    try {
      known.kept = await known.asking;
      known.failed = null;
      return known.kept;
    } catch (error) {
      known.failed = { at: this.clock.now().getTime(), error };
      throw error;
    } finally {
      known.asking = null;
    }
  }

  private async fetched(issuer: string): Promise<Kept> {
    const at = this.clock.now().getTime();
    const { jwks } = await discover(issuer, this.reach);
    const { status, body } = await askJson({ url: jwks }, this.reach);
    const parsed = keySet.safeParse(body);
    if (status !== 200 || !parsed.success) {
      throw new OidcIssuerError(`${new URL(jwks).host} answers its keys with something else (${status})`);
    }
    return { keyOf: createLocalJWKSet(parsed.data), at };
  }
}
