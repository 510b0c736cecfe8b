/** Where exported parts of the audit are kept: written, and by Reeve never read, changed or removed. */
export interface AuditObjects {
  /** Keeps bytes under a name for good; the same bytes under the same name any number of times. */
  put(name: string, bytes: Uint8Array): Promise<void>;
}
