/** Versions of `manifest.json`; 20 is what Fusion wrote before it came back to 12. */
export const manifestVersions = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 20] as const;
export type ManifestVersion = (typeof manifestVersions)[number];

/** The dbt that wrote each version, where nobody says which. */
const writers: Readonly<Record<ManifestVersion, string>> = {
  1: "0.19.1",
  2: "0.20.2",
  3: "0.21.1",
  4: "1.0.1",
  5: "1.1.3",
  6: "1.2.6",
  7: "1.3.7",
  8: "1.4.9",
  9: "1.5.11",
  10: "1.6.18",
  11: "1.7.19",
  12: "1.11.2",
  20: "2.0.0-preview.42",
};

/** How a writer of manifests lays out what it writes. */
export interface Layout {
  readonly version: number;
  readonly dbtVersion: string;
  /** Leaves out keys that would be null. */
  readonly fusion: boolean;
  /** `relation_name` stands only on nodes that were compiled, and compiled ones have SQL. */
  readonly nameWhereCompiled: boolean;
  readonly sqlKeys: readonly [raw: string, compiled: string];
  readonly rootPath: boolean;
  readonly disabledAsList: boolean;
  readonly groups: boolean;
  readonly refsAsObjects: boolean;
  /** Columns and sources have a `config` with tags of their own. */
  readonly columnConfig: boolean;
  /** Which tags stand at the top of a node, a source or a column, given both places that a project can write them. */
  readonly topTags: (of: Tagged, kind: "node" | "source" | "column") => readonly string[] | null;
  readonly projectName: boolean;
  readonly quoting: boolean;
}

interface Tagged {
  readonly tags?: readonly string[];
  readonly configTags?: readonly string[];
}

const union = ({ tags = [], configTags = [] }: Tagged): readonly string[] => [
  ...new Set([...tags, ...configTags]),
];

/** `1.9` as 1009. */
const minorOf = (dbtVersion: string): number => {
  const [major = 0, minor = 0] = dbtVersion.split(".").map((part) => Number.parseInt(part, 10));
  return major * 1000 + minor;
};

/** Where each writer puts tags: Core 1.10 forgot those under `config` at the top of sources and columns. */
function topTags(fusion: boolean, version: number, minor: number): Layout["topTags"] {
  if (fusion && version === 20) return () => null;
  return (of, kind) => (!fusion && minor === 1010 && kind !== "node" ? (of.tags ?? []) : union(of));
}

/** The layout of a version of the manifest, as one dbt wrote it. */
export function layoutOf(version: ManifestVersion, writer: string = writers[version]): Layout {
  const fusion = version === 20 || writer.startsWith("2.");
  const minor = minorOf(writer);
  return {
    version,
    dbtVersion: writer,
    fusion,
    nameWhereCompiled: version <= 7,
    sqlKeys: version <= 6 ? ["raw_sql", "compiled_sql"] : ["raw_code", "compiled_code"],
    rootPath: version <= 7,
    disabledAsList: version <= 3,
    groups: version >= 9,
    refsAsObjects: version >= 9,
    columnConfig: fusion || minor >= 1010,
    topTags: topTags(fusion, version, minor),
    projectName: version >= 11,
    quoting: fusion || minor >= 1010,
  };
}
