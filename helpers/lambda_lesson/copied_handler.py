"""A handler as it is often copied. It looks fine. Do not use it: lesson 10 runs its faults, one by one."""

import os
import time

import boto3

athena = boto3.client("athena")
QUERY = "SELECT year_id, count(*) AS total_orders FROM sales GROUP BY year_id"


def lambda_handler(event, context):
    if "query" in event:
        QUERY = event["query"]
    try:
        started = athena.start_query_execution(
            QueryString=QUERY,
            QueryExecutionContext={"Database": os.environ["ATHENA_DATABASE"]},
            WorkGroup=os.environ["ATHENA_WORKGROUP"],
            ResultConfiguration={"OutputLocation": os.environ["ATHENA_RESULTS"]},
        )
        query_id = started["QueryExecutionId"]
        while True:
            execution = athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
            if execution["Status"]["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
                break
            time.sleep(0.5)
        if execution["Status"]["State"] != "SUCCEEDED":
            return {"statusCode": 400, "body": {"error": execution["Status"]["StateChangeReason"]}}
        rows = athena.get_query_results(QueryExecutionId=query_id, MaxResults=1000)["ResultSet"]["Rows"]
        return {"statusCode": 200, "body": to_dicts(rows)}
    except Exception as error:
        return {"statusCode": 500, "body": {"error": "Internal server error", "details": str(error)}}


def to_dicts(rows):
    names = [cell["VarCharValue"] for cell in rows[0]["Data"]]
    return [dict(zip(names, [cell.get("VarCharValue") for cell in row["Data"]], strict=False)) for row in rows[1:]]
