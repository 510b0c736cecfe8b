import type { IntegrationSecrets } from "#core/dbt/integration.ts";
import { integrationSecretsPrefix, readSecrets } from "#core/dbt/integrations/integration-secrets.ts";
import type { SecretStore } from "#core/ports/secrets.ts";

/** Secrets that are kept in memory, by reference. Of those that were read longest ago the memory is let go. */
export interface KeptSecrets {
  of(ref: string): Promise<IntegrationSecrets | null>;
}

const mostKept = 500;
const nobodys = `${integrationSecretsPrefix}nobody/`;

/**
 * Reads secrets once in the life of a process: what lies at a reference never changes, since each change has one of
 * its own. That there are none is remembered of nobody alone.
 */
export function keptSecrets(secrets: Pick<SecretStore, "get">): KeptSecrets {
  const kept = new Map<string, IntegrationSecrets | null>();
  return {
    async of(ref) {
      const known = kept.get(ref);
      if (known !== undefined) return known;
      const found = await readSecrets(secrets, ref);
      if (found === null && !ref.startsWith(nobodys)) return null;
      const [oldest] = kept.keys();
      if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest);
      kept.set(ref, found);
      return found;
    },
  };
}

/**
 * Where the secrets of an integration would lie that is not there: it is looked there for them, so that an answer takes
 * as long as where there is one.
 */
export const refOfNobody = (digest: string): string => `${nobodys}${digest}`;
