import { setTimeout as delay } from "node:timers/promises";

/** Asks again until the answer is what a test waits for; a test that waits in vain runs into its own timeout. */
export async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    await delay(10);
  }
}
