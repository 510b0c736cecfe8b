import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { sealedCursors } from "#adapters/crypto/sealed-cursors.ts";

const cursors = sealedCursors(() => Promise.resolve("root secret"));
const position = z.strictObject({ key: z.string(), id: z.string() });
const invalid = { code: "invalid-cursor" };

describe("cursors", () => {
  it("bring back the position they were sealed with, in at most 1 KB", async () => {
    const text = fc.string({ unit: "grapheme", maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(text, text, async (key, id) => {
        const cursor = await cursors.seal("things", { key, id });
        expect(cursor.length).toBeLessThanOrEqual(1024);
        expect(await cursors.open("things", cursor, position)).toEqual({ key, id });
      }),
    );
  });

  it("are worth nothing to another list, another deployment or another shape", async () => {
    const cursor = await cursors.seal("things", { key: "a", id: "b" });
    await expect(cursors.open("others", cursor, position)).rejects.toMatchObject(invalid);
    await expect(cursors.open("things", cursor, z.string())).rejects.toMatchObject(invalid);
    const elsewhere = sealedCursors(() => Promise.resolve("another root"));
    await expect(elsewhere.open("things", cursor, position)).rejects.toMatchObject(invalid);
  });

  it("cannot be made up or bent", async () => {
    const genuine = await cursors.seal("things", { key: "a", id: "b" });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.base64String()), async (made) => {
        fc.pre(made !== genuine);
        await expect(cursors.open("things", made, position)).rejects.toMatchObject(invalid);
      }),
    );
    const bytes = Buffer.from(genuine, "base64url");
    for (let index = 0; index < bytes.length; index += 1) {
      const bent = Buffer.from(bytes);
      bent[index] = (bent[index] ?? 0) ^ 1;
      await expect(cursors.open("things", bent.toString("base64url"), position)).rejects.toMatchObject(
        invalid,
      );
    }
  });

  it("are good in the one way in which they are written, with nothing before, within or behind", async () => {
    const surplus = fc.constantFrom("!", "=", "==", "x", " ", "\n", "-", "é", "\0");
    const place = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 12 }), surplus, place, async (key, more, part) => {
        const cursor = await cursors.seal("things", { key, id: "b" });
        const at = Math.round(part * cursor.length);
        const bent = cursor.slice(0, at) + more + cursor.slice(at);
        await expect(cursors.open("things", bent, position)).rejects.toMatchObject(invalid);
      }),
    );
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/";
    for (const key of ["", "a", "ab"]) {
      const cursor = await cursors.seal("things", { key, id: "b" });
      for (const last of letters) {
        const bent = cursor.slice(0, -1) + last;
        if (bent === cursor) continue;
        await expect(cursors.open("things", bent, position)).rejects.toMatchObject(invalid);
      }
    }
  });

  it("ask for the root secret only when one is made or opened", async () => {
    let asked = 0;
    const lazy = sealedCursors(() => {
      asked += 1;
      return Promise.resolve("root");
    });
    expect(asked).toBe(0);
    await lazy.seal("a", 1);
    await lazy.seal("a", 2);
    expect(asked).toBe(1);
  });
});
