const mask = "***";

// Servers quote connection strings in errors about foreign servers: URLs with a user part, and key=value lists.
const userPartOfUrl = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s@/]*@/gi;
const keyedCredential = /\b(password|passwd|pwd|user|username)\s*=\s*(?:'(?:[^'\\]|\\.)*'|[^\s'";,)]+)/gi;

/** The text without any of the secrets, and without the credentials of any connection string in it. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const spellings = secrets.flatMap((secret) => [secret, encodeURIComponent(secret.toWellFormed())]);
  // Longest first: a secret that is part of another would otherwise leave the rest of it behind.
  const ordered = [...new Set(spellings)].filter((s) => s !== "").toSorted((a, b) => b.length - a.length);
  const clean = text.replace(userPartOfUrl, `$1${mask}@`).replace(keyedCredential, `$1=${mask}`);
  return ordered.reduce((rest, secret) => rest.split(secret).join(mask), clean);
}
