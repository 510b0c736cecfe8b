import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** What one piece of work took, and what it asked of the table. */
export interface Metered {
  readonly ms: number;
  /** Without the time in which at least one request to DynamoDB was on its way. */
  readonly ownMs: number;
  /** The operations that went over the wire, in order, repeated tries included. */
  readonly calls: readonly string[];
  /** How often nothing was on its way and then something was: what goes at once counts once. */
  readonly rounds: number;
}

interface Interval {
  readonly from: number;
  to: number;
}

/** What the last middleware before the wire sees; the SDK declares it as unknown. */
interface Wire {
  readonly request: { readonly headers: Readonly<Record<string, string>> };
}
interface Answer {
  readonly body?: NodeJS.ReadableStream;
}

/** How long at least one of the intervals lasted, and how many times one began while there was none. */
function covered(intervals: readonly Interval[]): { readonly total: number; readonly rounds: number } {
  let [total, end, rounds] = [0, -Infinity, 0];
  for (const { from, to } of intervals.toSorted((a, b) => a.from - b.from)) {
    if (from > end) rounds += 1;
    total += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return { total, rounds };
}

/**
 * Measures at the wire: from handing a request to the HTTP client to the last byte of its answer is the
 * database's time; marshalling, signing and parsing are ours. Measures one piece of work at a time.
 */
export class StoreMeter {
  private intervals: Interval[] = [];
  private operations: string[] = [];

  constructor(client: DynamoDBDocumentClient) {
    client.middlewareStack.add(
      (next) => async (given) => {
        const { headers } = (given as unknown as Wire).request;
        this.operations.push(String(headers["x-amz-target"]).replace(/^.*\./, ""));
        const interval: Interval = { from: performance.now(), to: Infinity };
        this.intervals.push(interval);
        const close = (): void => {
          interval.to = Math.min(interval.to, performance.now());
        };
        try {
          const result = await next(given);
          (result.response as Answer).body?.once("end", close);
          return result;
        } catch (error) {
          close();
          throw error;
        }
      },
      { step: "deserialize", priority: "low", name: "store-meter" },
    );
  }

  /** How many requests went over the wire since the last measurement began. */
  get calls(): number {
    return this.operations.length;
  }

  /** Forgets what was seen so far. */
  reset(): void {
    this.intervals = [];
    this.operations = [];
  }

  async measure(work: () => Promise<unknown>): Promise<Metered> {
    this.reset();
    const from = performance.now();
    await work();
    const to = performance.now();
    const inside = this.intervals.map((interval) => ({ from: interval.from, to: Math.min(interval.to, to) }));
    const { total, rounds } = covered(inside);
    return { ms: to - from, ownMs: to - from - total, calls: [...this.operations], rounds };
  }
}
