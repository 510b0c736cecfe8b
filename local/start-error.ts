/** Why Reeve cannot start, in words for whoever started it: it is shown as it stands, without a stack. */
export class StartError extends Error {
  override readonly name = "StartError";
}
