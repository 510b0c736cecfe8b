import type { App } from "./app.ts";
import type { Reply } from "./check-reply.ts";

/** What a test's browser sends beside its cookies. */
interface Visit {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A browser that keeps cookies by name, as one does for one host. */
export class Browser {
  readonly cookies = new Map<string, string>();
  private readonly app: App;

  constructor(app: App) {
    this.app = app;
  }

  /** Asks Reeve, with the cookies that it has, and keeps those that it gets. */
  async visit(method: string, path: string, { query, headers, body }: Visit = {}): Promise<Reply> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const reply = await this.app.call(method, path, {
      ...(query === undefined ? {} : { query }),
      ...(body === undefined ? {} : { body }),
      headers: { ...(cookie === "" ? {} : { cookie }), ...headers },
    });
    for (const text of reply.cookies) this.keep(text);
    return reply;
  }

  private keep(text: string): void {
    const [, name = "", value = "", attributes = ""] = /^([^=]+)=([^;]*)(.*)$/.exec(text) ?? [];
    if (attributes.includes("Max-Age=0")) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }

  /** Asks as the console's script does, which says so. */
  asConsole(method: string, path: string, visit: Visit = {}): Promise<Reply> {
    return this.visit(method, path, {
      ...visit,
      headers: { "x-requested-with": "reeve-console", ...visit.headers },
    });
  }

  /** Begins to sign in, and gives what the issuer sends back: the path with its query. */
  async toIssuerAndBack(providerId: string, returnTo?: string): Promise<URL> {
    const visit = returnTo === undefined ? {} : { query: { returnTo } };
    const begun = await this.visit("GET", `/sign-in/${providerId}`, visit);
    if (begun.status !== 302) throw new Error(begun.text);
    const answer = await fetch(begun.headers["location"] ?? "", { redirect: "manual" });
    return new URL(answer.headers.get("location") ?? "");
  }

  /** Goes to where the issuer sends it. */
  come({ pathname, searchParams }: URL): Promise<Reply> {
    return this.visit("GET", pathname, { query: Object.fromEntries(searchParams) });
  }

  /** All of a sign-in. */
  async signIn(providerId: string, returnTo?: string): Promise<Reply> {
    return await this.come(await this.toIssuerAndBack(providerId, returnTo));
  }
}
