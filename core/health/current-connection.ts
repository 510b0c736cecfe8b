import { nobody } from "#core/connections/connection.ts";
import { isSameValue } from "#core/call/same-value.ts";
import type { Connection } from "#core/connections/connection.ts";
import type { ConnectionStore } from "#core/ports/store.ts";

/** Whoever changes a connection more often than this while one worker works with it is not followed any more. */
const movesFollowed = 5;

/** The connection that long work stands on, as it is stored at the time: its owner may change it meanwhile. */
export class CurrentConnection {
  private readonly store: Pick<ConnectionStore, "connection">;
  private readonly id: string;
  private moves = 0;

  constructor(store: Pick<ConnectionStore, "connection">, id: string) {
    this.store = store;
    this.id = id;
  }

  /** The connection as it is now, or null where it is gone. */
  async read(): Promise<Connection | null> {
    return (await this.store.connection(this.id, nobody))?.connection ?? null;
  }

  /**
   * Whether it is reached otherwise by now than it was, so that what failed says nothing of it. It says so a bounded
   * number of times.
   */
  async hasMoved(used: Connection): Promise<boolean> {
    const now = await this.read();
    if (now === null || this.moves === movesFollowed) return false;
    const moved = now.secretRef !== used.secretRef || !isSameValue(now.config, used.config);
    if (moved) this.moves += 1;
    return moved;
  }
}
