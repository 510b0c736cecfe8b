/** How data can be printed. */
export const outputFormats = ["json", "tsv", "table"] as const;
export type OutputFormat = (typeof outputFormats)[number];
