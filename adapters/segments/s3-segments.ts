import { createWriteStream, openAsBlob } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DomainError } from "#core/errors/domain-error.ts";
import type { CatalogSegments } from "#core/ports/catalog-segments.ts";
import type { S3Request, S3Send } from "#adapters/aws/s3-requests.ts";

const prefix = "segments/";

const textIn = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`, "u").exec(xml)?.[1];

/** Segments as objects of a bucket, all below one prefix. Their ids are letters, digits and `_`. */
export function s3Segments(send: S3Send, { bucket }: { readonly bucket: string }): CatalogSegments {
  const sent = async (request: Omit<S3Request, "bucket">, absent?: number): Promise<Response> => {
    const answer = await send({ bucket, ...request });
    if (answer.ok || answer.status === absent) return answer;
    const cause = new Error(`S3 answered ${answer.status}: ${textIn(await answer.text(), "Code") ?? ""}`);
    throw new DomainError("unavailable", undefined, { cause });
  };
  const keyOf = (id: string): string => `${prefix}${id}`;
  return {
    async put(id, file) {
      await sent({ method: "PUT", key: keyOf(id), body: await openAsBlob(file) });
    },
    async get(id, file) {
      const answer = await sent({ method: "GET", key: keyOf(id) }, 404);
      if (!answer.ok || answer.body === null) {
        await answer.body?.cancel();
        return false;
      }
      await pipeline(Readable.fromWeb(answer.body), createWriteStream(file));
      return true;
    },
    async list() {
      const found: { readonly id: string; readonly writtenAt: Date }[] = [];
      let token: string | undefined;
      do {
        const query = {
          "list-type": "2",
          prefix,
          ...(token === undefined ? {} : { "continuation-token": token }),
        };
        const xml = await (await sent({ method: "GET", query })).text();
        for (const [, one = ""] of xml.matchAll(/<Contents>(.*?)<\/Contents>/gsu)) {
          const key = textIn(one, "Key") ?? "";
          found.push({ id: key.slice(prefix.length), writtenAt: new Date(textIn(one, "LastModified") ?? 0) });
        }
        token = textIn(xml, "NextContinuationToken");
      } while (token !== undefined);
      return found;
    },
    async remove(id) {
      const answer = await sent({ method: "DELETE", key: keyOf(id) }, 404);
      await answer.body?.cancel();
    },
  };
}
