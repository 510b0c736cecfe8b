/** Who did what to what. Written in the transaction of the change itself; never changed afterwards. */
export interface AuditRecord {
  readonly id: string;
  readonly at: string;
  /** A user's id, or `system` for work that nobody asked for by hand. */
  readonly actor: string;
  /** `<resource>:<verb>`, for example `data-source:create`. */
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly outcome: "success" | "denied" | "failure";
  readonly requestId: string;
  /** Where the request came from; null for work without one. */
  readonly address: string | null;
  /** What changed, before and after; secrets are left out by construction. */
  readonly details: Readonly<Record<string, unknown>>;
}
