import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { problemText } from "#cli/report-failure.ts";
import { derivedColumns, rowsOf } from "#cli/output/derived-columns.ts";
import { progressDisplay, progressLine } from "#cli/output/progress.ts";
import { jsonText, oneLine } from "#cli/output/safe-text.ts";
import { table, tsv, type Column } from "#cli/output/table.ts";
import { padded, textWidth, truncated } from "#cli/output/text-width.ts";

interface Row {
  readonly name: string;
  readonly rows: number;
  readonly id: string;
}

const columns: readonly Column<Row>[] = [
  { title: "name", value: ({ name }) => name },
  { title: "rows", value: ({ rows }) => String(rows), align: "right" },
  { title: "id", value: ({ id }) => id, whole: true },
];
const wide = { width: Number.POSITIVE_INFINITY, colour: false };
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const dangerous = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
const anyText = fc.string({ unit: "binary", maxLength: 60 });

describe("the width of a text", () => {
  it.each<[string, number]>([
    ["orders", 6],
    ["", 0],
    ["Größe", 5],
    ["Gro\u0308ße", 5],
    ["表", 2],
    ["データ", 6],
    ["한국", 4],
    ["📦", 2],
    ["👩‍👩‍👧", 2],
    ["❤️", 2],
    ["ｗｉｄｅ", 8],
    ["a\u200db", 2],
  ])("%j takes %i cells", (text, cells) => {
    expect(textWidth(text)).toBe(cells);
  });

  it("is never more than asked for once it is cut, and exactly that once it is filled up", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, width) => {
        const cut = truncated(text, width);
        expect(textWidth(cut)).toBeLessThanOrEqual(width);
        expect(textWidth(padded(cut, width))).toBe(width);
        expect(textWidth(text) <= width ? cut === text : cut.endsWith("…")).toBe(true);
      }),
    );
  });
});

describe("a table", () => {
  it("stands in columns, whatever script the names are in", () => {
    const rows = [
      { name: "orders", rows: 200_000, id: "ds_1" },
      { name: "Größe 📦", rows: 4, id: "ds_2" },
      { name: "データ", rows: 17, id: "ds_3" },
    ];
    expect(table(columns, rows, wide)).toBe(
      [
        "NAME        ROWS  ID",
        "orders    200000  ds_1",
        "Größe 📦       4  ds_2",
        "データ        17  ds_3",
        "",
      ].join("\n"),
    );
  });

  it("fits the terminal by cutting the widest columns, but never an id", () => {
    const rows = [
      { name: "a very long name that does not fit", rows: 12, id: "ds_01M86AESYYXCS6AHN17BAAD1RK" },
    ];
    const lines = table(columns, rows, { width: 50, colour: false }).split("\n");
    expect(lines[1]).toBe("a very long …    12  ds_01M86AESYYXCS6AHN17BAAD1RK");
    expect(lines.every((line) => textWidth(line) <= 50)).toBe(true);
  });

  it("is one line a row, and no name can move the cursor, ring, or hide what follows", () => {
    fc.assert(
      fc.property(anyText, (name) => {
        const drawn = table(columns, [{ name: `\u001b[2J${name}\n\u009b\u202e`, rows: 1, id: "x" }], wide);
        expect(drawn.split("\n")).toHaveLength(3);
        expect(drawn.replaceAll("\n", "")).not.toMatch(dangerous);
      }),
    );
  });

  it("is bold only where colours are wanted", () => {
    const head = (colour: boolean) => table(columns, [], { width: 80, colour });
    expect(head(false)).toBe("NAME  ROWS  ID\n");
    expect(head(true)).toBe("\u001b[1mNAME  ROWS  ID\u001b[22m\n");
  });
});

describe("tab-separated values", () => {
  it("keep their fields and lines, whatever is in them", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ name: anyText, rows: fc.nat(), id: anyText })), (rows) => {
        const lines = tsv(columns, rows).split("\n").slice(0, -1);
        expect(lines).toHaveLength(rows.length + 1);
        expect(lines.every((line) => line.split("\t").length === 3)).toBe(true);
      }),
    );
  });
});

describe("JSON", () => {
  it("is the same value, without a control character that a terminal would obey", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        const text = jsonText(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text.split("\n").map(oneLine)).toEqual(text.split("\n"));
      }),
    );
  });
});

describe("rows that no command knows", () => {
  it("show every field that any of them has", () => {
    const rows =
      rowsOf({
        items: [
          { id: 1, tags: ["a"] },
          { id: 22, more: null, on: true },
        ],
        nextCursor: null,
      }) ?? [];
    expect(table(derivedColumns(rows), rows, wide)).toBe(
      'ID  TAGS   MORE  ON\n 1  ["a"]\n22               true\n',
    );
    expect(rowsOf({ id: 1 })).toBeNull();
    expect(rowsOf(["a"])).toEqual([{ value: "a" }]);
  });
});

describe("progress", () => {
  const half = { state: "running", done: 2, total: 4, what: "health-check of orders" };

  it("is a bar that is as full as the work is done", () => {
    expect(progressLine(half, 80)).toBe(
      `${"█".repeat(12)}${"░".repeat(12)} 2/4 running   health-check of orders`,
    );
    expect(progressLine({ ...half, done: 9 }, 80)).toContain("█".repeat(24));
    expect(progressLine({ ...half, total: 0 }, 80)).toContain(`${"░".repeat(24)} running`);
    expect(textWidth(progressLine(half, 30))).toBeLessThanOrEqual(29);
  });

  it("is drawn over on a terminal, and a plain line for each change elsewhere", () => {
    const written: string[] = [];
    const stream = (isTTY: boolean) => ({
      isTTY,
      columns: 80,
      write: (text: string | Uint8Array) => written.push(String(text)) > 0,
    });
    const plain = progressDisplay(stream(false));
    for (const done of [2, 2, 3]) plain.show({ ...half, done });
    plain.end();
    expect(written.splice(0)).toEqual([
      "running 2/4 health-check of orders\n",
      "running 3/4 health-check of orders\n",
    ]);
    const drawn = progressDisplay(stream(true));
    drawn.show(half);
    drawn.end();
    drawn.end();
    expect(written).toEqual([`\r\u001b[K${progressLine(half, 80)}`, "\r\u001b[K"]);
  });
});

describe("a problem", () => {
  it("is told with detail, reason, each place that is wrong, and the request", () => {
    const problem = {
      type: "https://reeve.dev/errors/invalid-request",
      title: "The request has invalid fields",
      status: 400,
      detail: "Nothing was changed.",
      instance: "req-1",
      code: "invalid-request",
      reason: "because",
      errors: [
        { in: "body", pointer: "/name", detail: "is needed" },
        { in: "query", pointer: "", detail: "is not known" },
      ],
    } as const;
    expect(problemText({ ...problem, errors: [...problem.errors] })).toBe(
      [
        "reeve: The request has invalid fields (400 invalid-request)",
        "  Nothing was changed.",
        "  reason: because",
        "  body /name: is needed",
        "  query /: is not known",
        "  request: req-1",
      ].join("\n"),
    );
  });
});
