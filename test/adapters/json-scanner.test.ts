import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonScanner, type ScanLimits } from "#adapters/dbt-artifacts/json-scanner.ts";
import { all, fields, members, within, type Walk } from "#adapters/dbt-artifacts/scan-plan.ts";
import { ArtifactError } from "#core/ports/dbt-snapshots.ts";

const limits: ScanLimits = { bytes: 1_000_000, depth: 20, node: 10_000 };
const plan = members({
  whole: all,
  nodes: within(() => fields(["a"], ["b"])),
  list: within(() => null, fields(["a"])),
});

/** What is taken and what is only kept, as one where both are objects. */
const both = (taken: unknown, kept: object): unknown =>
  typeof taken === "object" && taken !== null && !Array.isArray(taken) ? { ...taken, ...kept } : taken;

type Heard = readonly (readonly [path: string, value: unknown])[];

/** What is found in bytes that come in these pieces; the failure where there is one. */
function scanned(
  pieces: Iterable<Uint8Array>,
  by: Walk = plan,
  within_: ScanLimits = limits,
): Heard | string {
  const heard: [string, unknown][] = [];
  const scanner = new JsonScanner("manifest.json", by, within_, {
    begins: (section) => heard.push(["begins", section]),
    found: (path, json, kept) =>
      heard.push([path.join("/"), both(JSON.parse(json), JSON.parse(kept) as object)]),
  });
  try {
    for (const piece of pieces) scanner.write(piece);
    scanner.end();
    return heard;
  } catch (error) {
    if (error instanceof ArtifactError) return error.failure;
    throw error;
  }
}

const bytes = (text: string): Buffer => Buffer.from(text);
const scan = (text: string, by?: Walk, within_?: ScanLimits) => scanned([bytes(text)], by, within_);

/** Whether it is an object of JSON to `JSON.parse`, in UTF-8. */
function isDocument(given: Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(given));
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

const shallow = fc.object({
  maxDepth: 5,
  key: fc.string({ unit: "grapheme" }),
  withUnicodeString: true,
} as object);
const document = fc
  .record({
    whole: fc.jsonValue(),
    nodes: fc.dictionary(fc.string(), shallow),
    list: fc.array(shallow),
    rest: fc.jsonValue(),
  })
  .map((value) => JSON.stringify(value));

function cut(given: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [...new Set([0, ...at.map((place) => place % (given.length + 1)), given.length])].sort(
    (a, b) => a - b,
  );
  return places.slice(1).map((place, n) => given.subarray(places[n], place));
}

describe("a scanner", () => {
  it("finds what its plan takes, and nothing else", () => {
    const text = `{"rest":[{"nodes":{"x":{"a":1}}}], "whole" : {"z": [1, {}]} ,"nodes":{"one":{"c":{"a":9},"b":[1,2],"a":"ä"},"two":{},"three":[{"a":1}],"four":null},"list":[{"a":-1.5e3},{"b":2},7]}`;
    expect(scan(text)).toEqual([
      ["begins", "whole"],
      ["whole", { z: [1, {}] }],
      ["begins", "nodes"],
      ["nodes/one", { b: [1, 2], a: "ä" }],
      ["nodes/two", {}],
      ["begins", "list"],
      ["list/", { a: -1500 }],
      ["list/", {}],
    ]);
  });

  it("lets the last of several equal keys count within what it takes, as JSON.parse does", () => {
    expect(scan(`{"nodes":{"x":{"a":1,"b":2,"a":3}}}`)).toContainEqual(["nodes/x", { a: 3, b: 2 }]);
  });

  it("reads keys that are written with escapes", () => {
    expect(scan(String.raw`{"nod\u0065s":{"\"x\"\\":{"\u0061":1}}}`)).toContainEqual([
      String.raw`nodes/"x"\ `.trim(),
      { a: 1 },
    ]);
  });

  it("takes a byte order mark at the beginning and nowhere else", () => {
    expect(scan(`\uFEFF{"whole":1}`)).toContainEqual(["whole", 1]);
    expect(scan(` \uFEFF{}`)).toBe("malformed");
    expect(scan(`{}\uFEFF`)).toBe("malformed");
  });

  it.each([
    ["[]", "malformed"],
    ['"text"', "malformed"],
    ["{} {}", "malformed"],
    ["{},", "malformed"],
    ["{]", "malformed"],
    ['{"a":[1}', "malformed"],
    ['{"a":01}', "malformed"],
    ['{"a":1.}', "malformed"],
    ['{"a":.5}', "malformed"],
    ['{"a":+1}', "malformed"],
    ['{"a":1e}', "malformed"],
    ['{"a":NaN}', "malformed"],
    ['{"a":tru}', "malformed"],
    ['{"a":nulll}', "malformed"],
    ['{"a":"\t"}', "malformed"],
    [String.raw`{"a":"\x41"}`, "malformed"],
    [String.raw`{"a":"\u12G4"}`, "malformed"],
    ["{'a':1}", "malformed"],
    ["{a:1}", "malformed"],
    ['{"a":1,}', "malformed"],
    ['{"a":[1,]}', "malformed"],
    ['{"a" 1}', "malformed"],
    ['{"rest":{"deep":[{"x":"}]}', "truncated"],
    ["", "truncated"],
    [" ", "truncated"],
    ["{", "truncated"],
    ['{"a":1', "truncated"],
  ])("of %s says that it is %s", (text, failure) => {
    expect(isDocument(bytes(text))).toBe(false);
    expect(scan(text)).toBe(failure);
  });

  it("accepts exactly what JSON.parse accepts as an object, whatever is done to a document", () => {
    const change = fc.tuple(
      fc.nat(),
      fc.constantFrom("insert", "replace", "remove"),
      fc.constantFrom(...`{ } [ ] " , : \\ u e 0 - + . t n \u0001 \xff \x80`.split(" "), " "),
    );
    fc.assert(
      fc.property(document, fc.array(change, { maxLength: 3 }), (text, changes) => {
        let given = bytes(text);
        for (const [place, how, character] of changes) {
          const at = place % given.length;
          const put = how === "remove" ? Buffer.alloc(0) : Buffer.from(character, "latin1");
          given = Buffer.concat([given.subarray(0, at), put, given.subarray(how === "insert" ? at : at + 1)]);
          if (given.length === 0) return;
        }
        expect(typeof scanned([given]) !== "string").toBe(isDocument(given));
      }),
      { numRuns: 2000 },
    );
  });

  it("finds the same however a document is cut into pieces", () => {
    fc.assert(
      fc.property(document, fc.array(fc.nat(), { maxLength: 12 }), (text, at) => {
        expect(scanned(cut(bytes(text), at))).toEqual(scan(text));
      }),
      { numRuns: 300 },
    );
    const text = `\uFEFF{"nodes":{"ключ":{"a":"😀 „“","b":-1.5e-7}},"whole":[true,false,null]}`;
    expect(scanned([...bytes(text)].map((byte) => Uint8Array.of(byte)))).toEqual(scan(text));
  });

  it("finds what JSON.parse finds", () => {
    fc.assert(
      fc.property(document, (text) => {
        const value = JSON.parse(text) as { whole: unknown; nodes: Record<string, Record<string, unknown>> };
        const heard = scan(text);
        expect(heard).toContainEqual(["whole", value.whole]);
        for (const [key, node] of Object.entries(value.nodes)) {
          const taken = Object.fromEntries(
            Object.entries(node).filter(([name]) => name === "a" || name === "b"),
          );
          expect(heard).toContainEqual([`nodes/${key}`, taken]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("does not hold on to pieces whose memory its source uses again", () => {
    const reused = function* (): Generator<Uint8Array> {
      const piece = Buffer.alloc(3);
      for (const part of cut(
        bytes('{"nodes":{"first":{"a":"text"}}}'),
        [3, 6, 9, 12, 15, 18, 21, 24, 27, 30],
      )) {
        piece.set(part);
        yield piece.subarray(0, part.length);
      }
    };
    expect(scanned(reused())).toContainEqual(["nodes/first", { a: "text" }]);
  });

  it("notices at every byte that a document has not ended", () => {
    const text = `{"nodes":{"x":{"a":"\\u00e4ü","b":[-0.5e+1,{}]}},"rest":[true,null],"whole":false}`;
    const given = bytes(text);
    for (let length = 0; length < given.length; length += 1) {
      expect(scanned([given.subarray(0, length)]), `${length} bytes`).toBe("truncated");
    }
  });
});

describe("limits", () => {
  const nested = (levels: number) => `{"rest":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;

  it("are of depth, also in what is passed over", () => {
    expect(typeof scan(nested(20))).toBe("object");
    expect(scan(nested(21))).toBe("too-deep");
    expect(scan(`{"rest":${"[".repeat(100_000)}`)).toBe("too-deep");
  });

  it("are of bytes", () => {
    const text = `{"rest":"${"x".repeat(200)}"}`;
    expect(typeof scan(text, plan, { ...limits, bytes: text.length })).toBe("object");
    expect(scan(text, plan, { ...limits, bytes: text.length - 1 })).toBe("too-large");
  });

  it("are of what is taken: a value, a node with what is passed over in it, and a key", () => {
    const large = "x".repeat(10_001);
    expect(scan(`{"whole":"${large}"}`)).toBe("too-large");
    expect(scan(`{"nodes":{"x":{"c":"${large}"}}}`)).toBe("too-large");
    expect(scanned(cut(bytes(`{"nodes":{"${large}":{}}}`), [5, 500, 9000]))).toBe("too-large");
    expect(typeof scan(`{"rest":"${large}","nodes":{"x":{"a":"${"x".repeat(9000)}"}}}`)).toBe("object");
  });
});
