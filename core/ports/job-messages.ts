/** Sends word of an admitted job to the workers. A lost message is sent again by the sweep, so failing here loses nothing. */
export interface JobMessages {
  send(message: { readonly jobId: string; readonly correlationId: string }): Promise<void>;
}
