import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "#lib/bundling/bundle.ts";
import { mismatch, synthesized } from "./template.ts";

const { of } = synthesized();

describe("alarms", () => {
  const alarms = Object.values(of("AWS::CloudWatch::Alarm"));
  const runbook = readFileSync(join(projectRoot, "docs/runbook.md"), "utf8");
  const anchors = [...runbook.matchAll(/^#+ +(.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, "")
      .trim()
      .replaceAll(/\s+/g, "-"),
  );
  const linked = alarms.map(
    ({ Properties }) => /docs\/runbook\.md#([\w-]+)$/.exec(String(Properties["AlarmDescription"]))?.[1],
  );

  it("are as many as the runbook reckons with", () => {
    expect(runbook).toMatch(new RegExp(`per\\s+alarm \\(${alarms.length}\\)`));
  });

  it("each lead to a section of the runbook that exists", () => {
    expect(linked.length).toBeGreaterThan(20);
    for (const section of linked) expect(anchors).toContain(section);
  });

  it("watch every function, both queues, the sweep, the table and the API", () => {
    expect(new Set(linked)).toEqual(
      new Set([
        "alarm-audit-export-behind",
        "alarm-compaction-silent",
        "alarm-directories-late",
        "alarm-function-errors",
        "alarm-function-throttles",
        "alarm-jobs-dead-lettered",
        "alarm-dead-letters-stuck",
        "alarm-jobs-waiting",
        "alarm-sweep-silent",
        "alarm-server-errors",
        "alarm-table-throttles",
      ]),
    );
    const count = Object.keys(of("AWS::Lambda::Function")).length;
    expect(linked.filter((section) => section === "alarm-function-errors")).toHaveLength(count);
  });

  it("tell the topic of context alarmTopicArn", () => {
    const arn = "arn:aws:sns:eu-central-1:111122223333:pager";
    expect(
      mismatch(() =>
        synthesized({ alarmTopicArn: arn }).template.allResourcesProperties("AWS::CloudWatch::Alarm", {
          AlarmActions: [arn],
        }),
      ),
    ).toBeNull();
  });
});
