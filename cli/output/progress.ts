import { terminalWidth } from "../terminal.ts";
import { padded, truncated } from "./text-width.ts";
import { oneLine } from "./safe-text.ts";

/** What is known of a piece of work. */
export interface Progress {
  readonly state: string;
  readonly done: number;
  readonly total: number;
  readonly what: string;
}

const barWidth = 24;

/** `████████░░░░  2/6 running  orders`. Without a total there is no bar to fill. */
export function progressLine({ state, done, total, what }: Progress, width: number): string {
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
  const filled = Math.floor(share * barWidth);
  const bar = "█".repeat(filled) + "░".repeat(barWidth - filled);
  const count = total > 0 ? `${done}/${total} ` : "";
  return truncated(oneLine(`${bar} ${count}${padded(state, 9)} ${what}`), Math.max(20, width - 1));
}

/** Shows work going on. */
export interface ProgressDisplay {
  readonly show: (progress: Progress) => void;
  /** Takes the bar away, so that what follows stands on a line of its own. */
  readonly end: () => void;
}

type Stream = Pick<NodeJS.WriteStream, "isTTY" | "columns" | "write">;

/** On a terminal one line that is drawn over; elsewhere one plain line for each change. */
export function progressDisplay(stream: Stream): ProgressDisplay {
  return stream.isTTY ? drawnOver(stream) : lineByLine(stream);
}

function drawnOver(stream: Stream): ProgressDisplay {
  let drawn = false;
  return {
    show: (progress) => {
      stream.write(`\r\u001b[K${progressLine(progress, terminalWidth(stream))}`);
      drawn = true;
    },
    end: () => {
      if (drawn) stream.write("\r\u001b[K");
      drawn = false;
    },
  };
}

function lineByLine(stream: Stream): ProgressDisplay {
  let last = "";
  return {
    show: ({ state, done, total, what }) => {
      const line = oneLine(`${state}${total > 0 ? ` ${done}/${total}` : ""} ${what}`.trim());
      if (line !== last) stream.write(`${line}\n`);
      last = line;
    },
    end: () => {},
  };
}
