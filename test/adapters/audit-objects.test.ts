import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileAuditObjects } from "#adapters/audit-objects/file-audit-objects.ts";
import { s3AuditObjects } from "#adapters/audit-objects/s3-audit-objects.ts";
import type { S3Request } from "#adapters/aws/s3-requests.ts";
import { anExportsDirectory } from "#test/support/audit-exports.ts";

const bytes = new TextEncoder().encode("Größe\n");
const name = "audit/2026/01/02/one.ndjson";

describe("exports in a bucket", () => {
  it("are put with the hash of their bytes, which S3 checks and Object Lock demands", async () => {
    const sent: S3Request[] = [];
    const send = (request: S3Request) => {
      sent.push(request);
      return Promise.resolve(new Response(""));
    };
    const objects = s3AuditObjects(send, { bucket: "exports" });
    await objects.put(name, bytes);
    const [{ body, ...request } = { body: undefined }] = sent;
    expect(request).toEqual({
      method: "PUT",
      bucket: "exports",
      key: name,
      headers: { "x-amz-checksum-sha256": "pX1pj9+yZJKGCnf/zgry1PIm22lDSiEdJwiTOIp2+gs=" },
    });
    expect(await body?.text()).toBe("Größe\n");
  });

  it("that S3 refuses are not kept, and the reason is known", async () => {
    const denied = new Response("<Error><Code>AccessDenied</Code></Error>", { status: 403 });
    const put = s3AuditObjects(() => Promise.resolve(denied), { bucket: "exports" }).put(name, bytes);
    await expect(put).rejects.toMatchObject({
      code: "unavailable",
      cause: { message: "S3 answered 403: AccessDenied" },
    });
  });
});

describe("exports in a folder", () => {
  it("are there wholly, once, and for their owner alone, however often they are kept", async () => {
    const directory = anExportsDirectory();
    const objects = fileAuditObjects(directory);
    await Promise.all([objects.put(name, bytes), objects.put(name, bytes)]);
    expect(globSync("**/*.*", { cwd: directory })).toEqual([name]);
    expect(readFileSync(join(directory, name), "utf8")).toBe("Größe\n");
    expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
  });
});
