import { describe, expect, it } from "vitest";
import { synthesized } from "./template.ts";

describe("the template", () => {
  it("is the same each time it is made", () => {
    expect(synthesized().template.toJSON()).toEqual(synthesized().template.toJSON());
  });
});
