import { UsageError } from "../failure.ts";
import { printDocumentation, versionColumns } from "../output/documentation.ts";
import { printList } from "../output/print.ts";
import type { Session } from "../session.ts";
import { listed, type ListOptions } from "./listing.ts";
import { dataSourceId } from "./resolve.ts";

/** The options of `data-source documentation`. */
export interface DocumentationOptions extends ListOptions {
  readonly versions?: true;
  readonly restore?: number;
}

/** Shows the documentation, or what it was, or makes an earlier text the documentation again. */
export async function documentation(
  session: Session,
  name: string,
  options: DocumentationOptions,
): Promise<void> {
  const { versions, restore } = options;
  if (versions === true && restore !== undefined) {
    throw new UsageError("Give either --versions or --restore.");
  }
  const { client, terminal } = session;
  const params = { dataSourceId: await dataSourceId(session, name) };
  if (versions === true) {
    const list = ({ query }: { readonly query: { readonly limit: number } }) =>
      client.listDocumentationVersions({ params, query });
    printList(session, versionColumns, await listed(terminal, list, {}, options));
    return;
  }
  const source =
    restore === undefined
      ? await client.getDataSource({ params })
      : await client.restoreDocumentation({ params: { ...params, version: String(restore) } });
  printDocumentation(session, source);
}
