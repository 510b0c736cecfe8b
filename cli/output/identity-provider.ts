import type { ReeveClient } from "#client/client.ts";
import { cell } from "./derived-columns.ts";
import { printOne, type Printer } from "./print.ts";
import type { Column } from "./table.ts";

type IdentityProvider = Awaited<ReturnType<ReeveClient["getIdentityProvider"]>>;

const place = (provider: IdentityProvider): string =>
  provider.kind === "oidc" ? provider.issuer : provider.url;

/** A line of the list. */
export const identityProviderColumns: readonly Column<IdentityProvider>[] = [
  { title: "id", value: ({ id }) => id, whole: true },
  { title: "name", value: ({ name }) => name },
  { title: "kind", value: ({ kind }) => kind },
  { title: "where", value: place },
  { title: "synced", value: ({ syncedAt }) => syncedAt ?? "" },
];

/** One provider, field by field. */
export const printIdentityProvider = (printer: Printer, provider: IdentityProvider): void =>
  printOne(
    printer,
    provider,
    Object.entries(provider).map(([name, value]) => [name, cell(value)] as const),
  );
