import type { Store } from "#core/ports/store.ts";
import { caller, type App } from "./app.ts";
import { decisions } from "./asking.ts";

/** The same app, where something else happens just before the first commit of a request. */
export function interruptedApp(app: App, happens: () => Promise<unknown>) {
  let done = false;
  const store: Store = {
    ...app.parts.store,
    commit: async (writes, kept) => {
      if (!done) {
        done = true;
        await happens();
      }
      await app.parts.store.commit(writes, kept);
    },
  };
  const call = caller({ ...app.parts, store });
  return { call, ...decisions({ call }) };
}
