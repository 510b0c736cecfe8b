import type { SecretStore } from "#core/ports/secrets.ts";

/** A secret store that answers at once. */
export function memorySecrets(): SecretStore {
  const kept = new Map<string, { readonly values: Readonly<Record<string, string>>; readonly at: Date }>();
  return {
    put: (ref, values) => {
      kept.set(ref, { values, at: new Date() });
      return Promise.resolve();
    },
    get: (ref) => Promise.resolve(kept.get(ref)?.values ?? null),
    delete: (ref) => {
      kept.delete(ref);
      return Promise.resolve();
    },
    list: (prefix) =>
      Promise.resolve(
        [...kept].filter(([ref]) => ref.startsWith(prefix)).map(([ref, { at }]) => ({ ref, writtenAt: at })),
      ),
  };
}
