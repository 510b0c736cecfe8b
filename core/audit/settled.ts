/**
 * A record has its id, with the time in it, before its transaction commits. So long it may lie between: no function
 * in the cloud lives longer, and the store refuses to commit what is older, as after the sleep of a machine.
 */
export const latestCommitMs = 15 * 60_000;

/**
 * By then everything that was made is committed and found, or never will be: what is sent at the last moment is tried
 * again for a minute at most; indexes lag behind by seconds, and clocks differ by less.
 */
export const settledAfterMs = latestCommitMs + 5 * 60_000;
