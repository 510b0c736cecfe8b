import type { CheckedObject } from "./check-object.ts";
import type { Finding } from "./finding.ts";

/** An export as the service lists it. */
export interface ListedExport {
  readonly number: number;
  readonly object: string;
  readonly sha256: string;
  readonly at: string;
}

/** What the chain is held against: nothing, a hash that somebody noted, or all that the service lists. */
export type Anchor =
  | { readonly by: "nothing" }
  | { readonly by: "hash"; readonly sha256: string }
  /** `least`: what was there before the objects were read; what came meanwhile may be missing. */
  | { readonly by: "service"; readonly listed: readonly ListedExport[]; readonly least: number };

/** An object that has a seal. */
type Sealed = CheckedObject & { readonly seal: NonNullable<CheckedObject["seal"]> };

const isSealed = (one: CheckedObject): one is Sealed => one.seal !== null;

const finding = (object: string, problem: Finding["problem"], detail: string): Finding => ({
  object,
  line: null,
  problem,
  detail,
});

/** Checks that objects are one chain, whole from its beginning to what it is held against. */
export function checkChain(objects: readonly CheckedObject[], anchor: Anchor): readonly Finding[] {
  const own = objects.flatMap(({ findings }) => findings);
  const sealed = objects.filter(isSealed).toSorted((a, b) => a.seal.number - b.seal.number);
  if (anchor.by === "service") return [...own, ...againstList(sealed, anchor)];
  return [...own, ...alongSeals(sealed), ...(anchor.by === "hash" ? againstHash(sealed, anchor.sha256) : [])];
}

/** The service says what there is: each object is the one that is listed, or it is not. */
function againstList(
  sealed: readonly Sealed[],
  { listed, least }: Extract<Anchor, { readonly by: "service" }>,
): readonly Finding[] {
  const byNumber = Map.groupBy(sealed, ({ seal }) => seal.number);
  const wrong = listed.flatMap(({ number, object, sha256, at }) => {
    const found = byNumber.get(number) ?? [];
    if (found.some((one) => one.sha256 === sha256)) return [];
    if (found.length === 0) {
      const detail = `export ${number} of ${at} is not there`;
      return number > least ? [] : [finding(object, "missing", detail)];
    }
    return found
      .filter(({ findings }) => findings.length === 0)
      .map((one) => finding(one.object, "changed", `export ${number} was another one: it was sealed anew`));
  });
  const known = new Map(listed.map((one) => [one.number, one]));
  const beside = sealed.flatMap(({ object, sha256, seal: { number } }) => {
    const one = known.get(number);
    if (one === undefined) return [finding(object, "added", `the service knows of no export ${number}`)];
    const original = (byNumber.get(number) ?? []).some((other) => other.sha256 === one.sha256);
    if (!original || sha256 === one.sha256) return [];
    return [finding(object, "beside", `export ${number} is ${one.object}, and this is no part of the chain`)];
  });
  return [...wrong, ...beside];
}

/** Each object names the one before it. */
function alongSeals(sealed: readonly Sealed[]): readonly Finding[] {
  const findings: Finding[] = [];
  let before: Sealed | null = null;
  for (const one of sealed) {
    findings.push(...between(before, one));
    if (before?.seal.number !== one.seal.number) before = one;
  }
  return findings;
}

function between(before: Sealed | null, one: Sealed): readonly Finding[] {
  const { number } = one.seal;
  const last = before?.seal.number ?? 0;
  if (number === last) {
    return [finding(one.object, "beside", `another object is number ${number} too: ${before?.object}`)];
  }
  if (number > last + 1) {
    const gone = number === last + 2 ? `${last + 1}` : `${last + 1} to ${number - 1}`;
    return [finding(one.object, "missing", `before it export ${gone} is not there`)];
  }
  return before === null ? beginning(one) : following(before, one);
}

const beginning = ({ object, seal }: Sealed): readonly Finding[] =>
  seal.previous === null ? [] : [finding(object, "changed", "it is the first, and names one before it")];

function following(before: Sealed, { object, seal }: Sealed): readonly Finding[] {
  if (seal.previous !== before.sha256) {
    // Where that one is known to be wrong, this one is as it should be.
    if (before.findings.length > 0) return [];
    const detail = `export ${seal.number} was sealed onto another one: it was changed and sealed anew`;
    return [finding(before.object, "changed", detail)];
  }
  if (seal.from === before.seal.to) return [];
  return [
    finding(object, "changed", `it begins at ${seal.from}, and the one before ends at ${before.seal.to}`),
  ];
}

function againstHash(sealed: readonly Sealed[], sha256: string): readonly Finding[] {
  if (sealed.some((one) => one.sha256 === sha256)) return [];
  const last = sealed.at(-1);
  const detail = `no object has the hash ${sha256}: the end of the chain is gone, or was sealed anew`;
  return [finding(last?.object ?? "", "truncated", detail)];
}
