import * as z from "zod";
import { column, dataSource, dataSourceSummary } from "#contracts/resources/data-source.ts";
import type { Ask } from "#test/support/local-reeve.ts";

export type DataSource = z.infer<typeof dataSource>;

/** What a test compares of a data source: all that dbt may change, and its version. */
export interface Shown {
  readonly id: string;
  readonly version: number;
  readonly description: string;
  readonly tags: readonly string[];
  readonly columns: Readonly<Record<string, ShownColumn>>;
}

export interface ShownColumn {
  readonly type: string;
  readonly description: string;
  readonly tags: readonly string[];
}

const names = (tags: readonly { readonly name: string }[]): readonly string[] =>
  tags.map(({ name }) => name).sort();

/** Data sources as the API shows them to the administrator. */
export class Catalog {
  private readonly ask: Ask;

  constructor(ask: Ask) {
    this.ask = ask;
  }

  async list(): Promise<readonly z.infer<typeof dataSourceSummary>[]> {
    const { body } = await this.ask("GET", "/data-sources?limit=200");
    return z.object({ items: z.array(dataSourceSummary) }).parse(body).items;
  }

  /** The names of all data sources, sorted. */
  async names(): Promise<readonly string[]> {
    return (await this.list()).map(({ name }) => name).sort();
  }

  async idOf(name: string): Promise<string> {
    const found = (await this.list()).find((each) => each.name === name);
    if (found === undefined) throw new Error(`no data source ${name}`);
    return found.id;
  }

  async read(name: string): Promise<DataSource> {
    return dataSource.parse((await this.ask("GET", `/data-sources/${await this.idOf(name)}`)).body);
  }

  async dictionary(id: string): Promise<readonly z.infer<typeof column>[]> {
    const { body } = await this.ask("GET", `/data-sources/${id}/dictionary?limit=200`);
    return z.object({ items: z.array(column) }).parse(body).items;
  }

  /** Every data source by its name. */
  async picture(): Promise<Readonly<Record<string, Shown>>> {
    const shown: Record<string, Shown> = {};
    for (const { id, name, version, description, tags } of await this.list()) {
      const columns = Object.fromEntries(
        (await this.dictionary(id)).map((each) => [
          each.name,
          { type: each.dataType, description: each.description, tags: names(each.tags) },
        ]),
      );
      shown[name] = { id, version, description, tags: names(tags), columns };
    }
    return shown;
  }
}

/** The names of the data sources that two pictures show differently. */
export function differing(
  before: Readonly<Record<string, Shown>>,
  after: Readonly<Record<string, Shown>>,
): readonly string[] {
  const all = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...all].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])).sort();
}
