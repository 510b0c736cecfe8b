import type { Client, PagedResultsControl } from "ldapts";
import { DirectoryReadError } from "#core/ports/ldap-directory.ts";

/** A search and its reply, as the client sends and receives them. */
export interface Search {
  readonly controls?: readonly object[] | undefined;
}
export interface SearchReply extends Search {
  readonly searchEntries?: readonly object[];
  readonly searchReferences?: readonly object[];
}

/** What the client sends every message by: its own, which its types do not tell. The version is pinned. */
export interface Sender {
  _send: (message: Search) => Promise<SearchReply | undefined>;
}

/** So many in a row are no directory's way to go on. */
const mostEmptyPages = 1000;

/**
 * A page may be empty with more to come (RFC 2696 §3), as those of Active Directory are now and then. The client takes it
 * for the last one, and whoever comes behind it would be removed: so it is passed over before the client sees it.
 */
export function passEmptyPages(client: Client | Sender, Paging: typeof PagedResultsControl): void {
  const sender = client as Sender;
  const send = sender._send.bind(client);
  const pagingOf = ({ controls = [] }: Search): PagedResultsControl | undefined =>
    controls.find((one): one is PagedResultsControl => one instanceof Paging);
  /** Where to go on behind a page that shows nothing; empty where it shows something, or is the last. */
  const behind = (reply: SearchReply = {}): Buffer => {
    const { searchEntries = [], searchReferences = [] } = reply;
    const isEmpty = searchEntries.length + searchReferences.length === 0;
    return (isEmpty ? pagingOf(reply)?.value?.cookie : undefined) ?? Buffer.alloc(0);
  };
  sender._send = async (message) => {
    const asked = pagingOf(message);
    for (let page = 0; page < mostEmptyPages; page += 1) {
      const reply = await send(message);
      const cookie = behind(reply);
      if (asked === undefined || cookie.length === 0) return reply;
      asked.value = { size: asked.value?.size ?? 0, cookie };
    }
    throw new DirectoryReadError("the directory answers with nothing but empty pages", true);
  };
}
