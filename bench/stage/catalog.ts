import type { Caller, Deployment } from "./deployment.ts";
import { tableNamed } from "./remote.ts";

/** What a creation answers with, as far as a bench goes on with it. */
interface Created {
  readonly id: string;
}

let names = 0;
const fresh = (word: string): string => `${word}_${(names += 1)}`;

/** A connection of the caller's. */
export async function aConnection({ send }: Deployment, { key }: Caller): Promise<string> {
  const body = {
    name: fresh("warehouse"),
    technology: "postgresql",
    config: { host: "warehouse.example.com", port: 5432, database: "shop" },
    credentials: { username: "reeve", password: "a password of the bench" },
  };
  const { id } = (await send({ method: "POST", path: "/connections", key, body })) as Created;
  return id;
}

/** The request that exposes one more table with this many columns. */
export const creation = (
  { key }: Caller,
  connectionId: string,
  columns = 50,
  tags: readonly string[] = [],
) => {
  const table = tableNamed(fresh("order_lines"), columns);
  const body = { connectionId, schema: "sales", table, tags };
  return { method: "POST", path: "/data-sources", key, body } as const;
};

/** A data source of the caller's, its health job not yet run. */
export async function aDataSource(
  { send }: Deployment,
  caller: Caller,
  connectionId: string,
  { columns = 50, tags = [] }: { readonly columns?: number; readonly tags?: readonly string[] } = {},
): Promise<string> {
  const { id } = (await send(creation(caller, connectionId, columns, tags))) as Created;
  return id;
}

/** A tag of the deployment's. */
export async function aTag({ send }: Deployment, { key }: Caller): Promise<string> {
  const name = fresh("tag");
  await send({ method: "POST", path: "/tags", key, body: { name } });
  return name;
}
