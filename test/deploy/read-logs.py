"""Prints every line that the deployed functions wrote, one JSON string each."""

import json
import sys

import botocore.session

logs = botocore.session.get_session().create_client(
    "logs",
    endpoint_url=sys.argv[1],
    verify=sys.argv[2],
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
)
for page in logs.get_paginator("describe_log_groups").paginate():
    for group in page["logGroups"]:
        name = group["logGroupName"]
        for events in logs.get_paginator("filter_log_events").paginate(logGroupName=name):
            for event in events["events"]:
                print(json.dumps([name, event["message"]]))
