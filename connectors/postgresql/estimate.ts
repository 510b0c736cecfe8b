/** What a sample shows of one column: rows with a value, distinct values, and values seen exactly once. */
export interface SampledColumn {
  readonly filled: number;
  readonly distinct: number;
  readonly once: number;
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);

/**
 * How many distinct values `population` rows hold, by the estimator Duj1 of Haas and Stokes ("Estimating
 * the Number of Classes in a Finite Population", IBM Research Report RJ 10025, 1996): n·d / (n − f1 +
 * f1·n/N). PostgreSQL's own ANALYZE uses it too. Never below what was seen nor above the population.
 */
export function estimateDistinct({ filled, distinct, once }: SampledColumn, population: number): number {
  if (filled === 0 || population <= 0) return 0;
  const denominator = filled - once + (once * filled) / population;
  const estimate = denominator > 0 ? (filled * distinct) / denominator : distinct;
  return clamp(Math.round(estimate), Math.min(distinct, population), population);
}

/** What `pg_stats` says of one column. */
export interface CatalogColumn {
  /** `n_distinct`: a number of values, or, below zero, the negative of their share of all rows. */
  readonly nDistinct: number;
  readonly nullFraction: number;
}

/** The catalog's figures for a relation of `rowCount` rows, held within what is possible: they may be old. */
export function fromCatalog(
  { nDistinct, nullFraction }: CatalogColumn,
  rowCount: number,
): { readonly distinct: number; readonly nulls: number } {
  const nulls = clamp(Math.round(nullFraction * rowCount), 0, rowCount);
  const distinct = Math.round(nDistinct < 0 ? -nDistinct * rowCount : nDistinct);
  return { distinct: clamp(distinct, 0, rowCount - nulls), nulls };
}
