import { ArtifactError, type ArtifactFailure } from "#core/ports/dbt-snapshots.ts";
import { GatheredBytes } from "./gathered-bytes.ts";
import { acts, endsPlainText, firstAct, states, transitions, type Act } from "./json-grammar.ts";
import type { Plan, Walk } from "./scan-plan.ts";
import { Utf8Check } from "./utf8-check.ts";

export interface ScanLimits {
  /** In bytes of the whole document. */
  readonly bytes: number;
  /** How deep objects and lists may lie in one another. */
  readonly depth: number;
  /** In bytes, of a value that is taken and of one that fields are taken of. */
  readonly node: number;
}

export interface ScanListener {
  /** A member of the document that there is a plan for begins; whatever was found in one of the same name is void. */
  readonly begins: (section: string) => void;
  /**
   * What a plan takes, as JSON; where it lies, by the keys that lead to it (empty for the item of a list). Fields that
   * are only kept are an object by themselves.
   */
  readonly found: (path: readonly string[], json: string, kept: string) => void;
}

/** A container that the plan looks into. */
interface Frame {
  readonly walk: Walk;
  readonly key: string;
  readonly list: boolean;
  /** At which byte of the document it began. */
  readonly began: number;
}

const [comma, brace] = [Buffer.from(","), Buffer.from("{")];
const [inObject, inList] = [1, 2];

/** Members that were gathered, as an object. */
const objectOf = (members: GatheredBytes): string => (members.length === 0 ? "{}" : `${members.text()}}`);

/**
 * Reads a document of JSON as it comes, checks every byte of it, and hands over what a plan takes, without ever
 * holding more than that. Where a key comes twice the last one counts, as for `JSON.parse`, unless values were handed
 * over already: then whoever listens hears of both, in their order.
 */
export class JsonScanner {
  private readonly frames: Frame[] = [];
  /** What is taken of a value, and of its fields those that are only kept. */
  private readonly taken = new GatheredBytes();
  private readonly kept = new GatheredBytes();
  /** Which of both what is at hand goes to. */
  private gathered = this.taken;
  private readonly keyBytes = new GatheredBytes();
  private readonly utf8 = new Utf8Check();
  private readonly kinds: Uint8Array;
  private state: number = states.start;
  private depth = 0;
  private pending: Plan | null;
  private key = "";
  private bytes: Uint8Array = new Uint8Array();
  /** How many bytes came before those at hand. */
  private before = 0;
  /** Where among the bytes at hand a key or a value that is taken begins; -1 while there is none. */
  private keyFrom = -1;
  private valueFrom = -1;

  private readonly artifact: string;
  private readonly limits: ScanLimits;
  private readonly listener: ScanListener;

  constructor(artifact: string, plan: Walk, limits: ScanLimits, listener: ScanListener) {
    this.artifact = artifact;
    this.pending = plan;
    this.limits = limits;
    this.listener = listener;
    this.kinds = new Uint8Array(limits.depth);
  }

  /** Throws `ArtifactError` as soon as the document is none, or larger than may be. */
  write(bytes: Uint8Array): void {
    if (this.before + bytes.length > this.limits.bytes) {
      throw this.failed("too-large", `it has more than ${this.limits.bytes} bytes`);
    }
    if (!this.utf8.takes(bytes)) throw this.failed("malformed", "it is not UTF-8");
    this.bytes = bytes;
    if (this.valueFrom >= 0) this.valueFrom = 0;
    if (this.keyFrom >= 0) this.keyFrom = 0;
    this.scan(bytes);
    this.keepUnfinished(bytes);
    this.before += bytes.length;
  }

  /** The document has no more bytes. Throws `ArtifactError` where it should have. */
  end(): void {
    if (this.depth === 0 && this.state === states.after) return;
    throw this.failed("truncated", `it ends too soon, after ${this.before} bytes`);
  }

  /** Most bytes lie in strings: those are passed over without looking up what state they lead to. */
  private scan(bytes: Uint8Array): void {
    const { length } = bytes;
    let state = this.state;
    for (let at = 0; at < length; at += 1) {
      if (state === states.inText || state === states.inKey) {
        while (at < length && endsPlainText[bytes[at] as number] === 0) at += 1;
        if (at === length) break;
      }
      const next = transitions[(state << 8) | (bytes[at] as number)] as number;
      state = next < firstAct ? next : this.act(next as Act, at);
    }
    this.state = state;
  }

  private act(act: Act, at: number): number {
    switch (act) {
      case acts.openObject:
        return this.open(inObject, at);
      case acts.openList:
        return this.open(inList, at);
      case acts.closeObject:
        return this.close(inObject, at);
      case acts.closeList:
        return this.close(inList, at);
      case acts.comma:
        return this.comma(at);
      case acts.colon:
        this.choose(at);
        return states.value;
      case acts.keyStart:
        this.startKey(at);
        return states.inKey;
      case acts.keyEnd:
        this.endKey(at);
        return states.colon;
      case acts.refuse:
        throw this.failed("malformed", `it is no JSON at byte ${this.before + at}`);
    }
  }

  private open(kind: number, at: number): number {
    if (this.depth === this.limits.depth) {
      throw this.failed("too-deep", `it is more than ${this.limits.depth} levels deep`);
    }
    const plan = this.depth === this.frames.length ? this.pending : null;
    this.pending = null;
    this.kinds[this.depth] = kind;
    this.depth += 1;
    if (plan !== null && plan.take !== "all") this.enter(plan, kind === inList, at);
    return kind === inObject ? states.keyOrEnd : states.itemOrEnd;
  }

  private enter(walk: Walk, list: boolean, at: number): void {
    const items = walk.take === "within" ? walk.items : null;
    if (list && items === null) return;
    this.frames.push({ walk, key: this.key, list, began: this.before + at });
    this.pending = list ? items : null;
    this.key = "";
    if (walk.take === "fields") this.startValue();
  }

  private close(kind: number, at: number): number {
    if (this.depth === 0 || this.kinds[this.depth - 1] !== kind) return this.act(acts.refuse, at);
    if (this.depth === this.frames.length) this.leave(at);
    this.depth -= 1;
    return states.after;
  }

  private leave(at: number): void {
    this.endValue(at);
    const frame = this.frames.at(-1);
    if (frame?.walk.take === "fields") {
      this.checkSize(at);
      this.listener.found(this.path(), objectOf(this.taken), objectOf(this.kept));
    }
    this.frames.pop();
    this.pending = null;
  }

  private comma(at: number): number {
    if (this.depth === 0) return this.act(acts.refuse, at);
    if (this.depth === this.frames.length) {
      this.endValue(at);
      const frame = this.frames.at(-1);
      this.pending = frame?.list === true && frame.walk.take === "within" ? frame.walk.items : null;
      this.key = "";
    }
    return this.kinds[this.depth - 1] === inObject ? states.key : states.value;
  }

  private startKey(at: number): void {
    if (this.depth !== this.frames.length) return;
    this.keyBytes.clear();
    this.keyFrom = at + 1;
  }

  private endKey(at: number): void {
    if (this.keyFrom < 0) return;
    this.keyBytes.add(this.bytes.subarray(this.keyFrom, at));
    this.keyFrom = -1;
    const text = this.keyBytes.text();
    this.key = text.includes("\\") ? String(JSON.parse(`"${text}"`)) : text;
  }

  /** What is taken of the value that is to come. */
  private choose(at: number): void {
    if (this.depth !== this.frames.length) return;
    const frame = this.frames.at(-1);
    if (frame === undefined) return;
    if (frame.walk.take === "fields") {
      const field = frame.walk.fields.get(this.key);
      if (field === undefined) return;
      this.gathered = field.kept ? this.kept : this.taken;
      this.gathered.add(this.gathered.length === 0 ? brace : comma);
      this.gathered.add(field.name);
      this.valueFrom = at + 1;
      return;
    }
    this.pending = frame.walk.member(this.key);
    if (this.pending === null) return;
    if (this.frames.length === 1) this.listener.begins(this.key);
    if (this.pending.take !== "all") return;
    this.startValue();
    this.valueFrom = at + 1;
  }

  private startValue(): void {
    this.taken.clear();
    this.kept.clear();
    this.gathered = this.taken;
  }

  private endValue(at: number): void {
    if (this.valueFrom < 0) return;
    this.gathered.add(this.bytes.subarray(this.valueFrom, at));
    this.valueFrom = -1;
    if (this.frames.at(-1)?.walk.take === "fields") return;
    this.checkSize(at);
    this.listener.found([...this.path(), this.key], this.taken.text(), "{}");
  }

  /** By the keys that led to where it stands; the document itself has none. */
  private path(): string[] {
    return this.frames.slice(1).map(({ key }) => key);
  }

  /** The bytes at hand are the sender's: what has not ended is copied. */
  private keepUnfinished(bytes: Uint8Array): void {
    if (this.keyFrom >= 0) this.keyBytes.add(bytes.subarray(this.keyFrom));
    if (this.valueFrom >= 0) this.gathered.add(bytes.subarray(this.valueFrom));
    this.checkSize(bytes.length);
  }

  private checkSize(at: number): void {
    const frame = this.frames.at(-1);
    const node = frame?.walk.take === "fields" ? this.before + at - frame.began : 0;
    if (Math.max(node, this.gathered.length, this.keyBytes.length) <= this.limits.node) return;
    const where = [...this.path(), this.key].join(" ").slice(0, 200);
    throw this.failed("too-large", `${where} has more than ${this.limits.node} bytes`);
  }

  private failed(failure: ArtifactFailure, what: string): ArtifactError {
    return new ArtifactError(this.artifact, failure, `${this.artifact}: ${what}`);
  }
}
