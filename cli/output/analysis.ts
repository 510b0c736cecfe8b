import type { ReeveClient } from "#client/client.ts";
import type { Column } from "./table.ts";

type Analysis = Awaited<ReturnType<ReeveClient["analyzeDataSource"]>>["items"][number];

const cutText = (value: string | null, cut: boolean): string => `${value ?? ""}${cut ? "…" : ""}`;

/** A line of the list; the most frequent values with their numbers, the first of them first. */
export const analysisColumns: readonly Column<Analysis>[] = [
  { title: "column", value: ({ column }) => column },
  { title: "rows", value: ({ count, exact }) => `${count}${exact ? "" : " (sample)"}` },
  { title: "nulls", value: ({ nulls }) => String(nulls) },
  { title: "distinct", value: ({ distinct }) => String(distinct) },
  { title: "minimum", value: ({ minimum, minimumCut }) => cutText(minimum, minimumCut) },
  { title: "maximum", value: ({ maximum, maximumCut }) => cutText(maximum, maximumCut) },
  {
    title: "top values",
    value: ({ topValues }) =>
      topValues.map(({ value, cut, count }) => `${cutText(value, cut)} (${count})`).join(", "),
  },
];
