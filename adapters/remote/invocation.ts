import type { RemoteCall } from "#contracts/remote-calls.ts";
import type { Technology } from "#contracts/resources/remote.ts";

/** Sends a call to the function that carries the technology's driver, and gives its answer as text. */
export type Invoke = (technology: Technology, call: RemoteCall) => Promise<Invoked>;

/** What came back: the answer's JSON, or that the function itself failed. */
export type Invoked =
  | { readonly answered: true; readonly text: string }
  | { readonly answered: false; readonly timedOut: boolean };

/** What stands behind a call, as problems name it. */
export const remoteService = "The function that asks the remote database";

/** JSON that somebody else wrote, or undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
