import { describe, expect, it } from "vitest";
import { synthesized } from "./template.ts";

describe("hosts of dbt Cloud beside its own", () => {
  const hostsIn = (context: Readonly<Record<string, unknown>>) =>
    Object.values(synthesized(context).of("AWS::Lambda::Function")).flatMap(({ Properties }) => {
      const environment = Properties["Environment"] as { Variables: Record<string, unknown> } | undefined;
      const { Variables = {} } = environment ?? {};
      return "REEVE_DBT_HOSTS" in Variables ? [Variables["REEVE_DBT_HOSTS"]] : [];
    });

  it("are told to what asks dbt Cloud, and to nothing else", () => {
    const one = "https://dbt.example.com";
    expect(hostsIn({})).toEqual(["", "", ""]);
    expect(hostsIn({ dbtHosts: one })).toEqual([one, one, one]);
    const two = `${one},https://dbt.example.org:8443`;
    expect(hostsIn({ dbtHosts: two.split(",") })).toEqual([two, two, two]);
  });

  it.each(["dbt.example.com", "http://dbt.example.com", "https://dbt.example.com/api", "https://a b"])(
    "are refused where one is no origin over TLS: %s",
    (dbtHosts) => {
      expect(() => synthesized({ dbtHosts })).toThrow(/^Context dbtHosts: "/);
    },
  );

  it("are refused without repeating what may be a password", () => {
    expect(() => synthesized({ dbtHosts: "https://me:secret@dbt.example.com" })).toThrow(
      "Context dbtHosts: an entry is not of the form https://host",
    );
  });
});
