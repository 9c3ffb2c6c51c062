"""The role allows every call that is made, each with its resource, and none of a list of others.

All of it runs in this process, endpoint included, so that every AWS call can be recorded: those of the handler, and
those that Athena makes on its behalf to the catalog and to S3 (there the local endpoint stands for Athena; what only
AWS's own does, `BY_ATHENA` lists from its User Guide).
"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from botocore.client import BaseClient

from helpers import athena, datasets, lab, session
from helpers import lambda_to_athena_query as function
from helpers.athena_lambda.settings import Settings
from helpers.local.server import Endpoint, client_environment
from tests.lambda_function.conftest import SALES, Context
from tests.lambda_function.policy import TEMPLATE, allows, statements, template
from tests.lambda_function.test_queries import ENDLESS, MANY

ACCOUNT, REGION = "123456789012", "us-east-1"
# What IAM calls these operations. HeadBucket is the local endpoint's way to see that the results' bucket exists;
# Athena asks for its location instead (User Guide, example policies).
OTHER_ACTIONS = {"HeadBucket": "GetBucketLocation", "HeadObject": "GetObject", "ListObjectsV2": "ListBucket",
                 "CreateMultipartUpload": "PutObject", "UploadPart": "PutObject",
                 "CompleteMultipartUpload": "PutObject"}  # fmt: skip


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A lab on an endpoint of this very process."""
    endpoint = Endpoint(tmp_path_factory.mktemp("endpoint"))
    thread = threading.Thread(target=endpoint.serve, daemon=True)
    thread.start()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**session.LOCAL_DEFAULTS, **client_environment(endpoint.url)}.items():
            patch.setenv(name, value)
        made = lab.connect("local", lesson="policy")
        athena.query(SALES.format(datasets.put_sales(made, scale=0.05, form="parquet").uri))
        yield made
        made.close()
    endpoint.stop()
    thread.join(10)
    session._environment_before.clear()


@pytest.fixture(scope="module")
def values(course):
    return {
        "AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT, "AWS::StackName": "stack",
        "Database": course.database, "DataBucket": course.bucket, "DataPrefix": course.prefix("data"),
        "ResultsBucket": course.bucket, "ResultsPrefix": course.prefix("answers"), "WorkGroup": course.workgroup,
        "Topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:course_policy",
        "Logs.Arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/stack-query",
    }  # fmt: skip


@pytest.fixture(scope="module")
def policy(values):
    return statements(values)


@pytest.fixture(scope="module")
def calls(course, values):
    """Every call while the handler does all that it can: (service, operation, parameters)."""
    recorded = []
    real = BaseClient._make_api_call

    def recording(self, operation, parameters):
        recorded.append((self.meta.service_model.service_name, operation, parameters))
        return real(self, operation, parameters)

    course.session.client("sns").create_topic(Name="course_policy")
    settings = Settings(course.database, course.workgroup, course.uri("answers"), topic_arn=values["Topic"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(function, "SETTINGS", settings)
        patch.setattr(function, "QUERIES", {**function.QUERIES, "many": MANY, "endless": ENDLESS})
        patch.setattr(function, "log", lambda *arguments, **fields: None)
        patch.setattr(BaseClient, "_make_api_call", recording)
        statuses = [
            function.lambda_handler(event, Context(seconds))["statusCode"]
            for event, seconds in [
                ({"query": "top_customers", "parameters": {"year": 2004}, "notify": True}, 60),
                ({"query": "many"}, 60),
                ({"query": "endless"}, 2),
            ]
        ]
    assert statuses == [200, 200, 408]
    return recorded


def need(service: str, operation: str, parameters: dict, values: dict) -> tuple[str, list[str], dict]:
    """The action, the resources and the condition values that IAM looks at for one call."""
    here = f"{REGION}:{ACCOUNT}"
    if service == "athena":
        return f"athena:{operation}", [f"arn:aws:athena:{here}:workgroup/{values['WorkGroup']}"], {}
    if service == "sns":
        return f"sns:{operation}", [parameters["TopicArn"]], {}
    if service == "glue":
        database, table = parameters.get("DatabaseName", parameters.get("Name")), parameters.get("Name", "*")
        resources = [f"arn:aws:glue:{here}:catalog", f"arn:aws:glue:{here}:database/{database}"]
        if "DatabaseName" in parameters:
            resources.append(f"arn:aws:glue:{here}:table/{database}/{parameters.get('TableName', table)}")
        return f"glue:{operation}", resources, {}
    assert service == "s3", f"a service that nobody thought of: {service}"
    resource = f"arn:aws:s3:::{parameters['Bucket']}" + (f"/{parameters['Key']}" if "Key" in parameters else "")
    prefix = {"s3:prefix": parameters["Prefix"]} if "Prefix" in parameters else {}
    return f"s3:{OTHER_ACTIONS.get(operation, operation)}", [resource], prefix


def test_every_recorded_call_is_allowed(calls, policy, values):
    refused = []
    for service, operation, parameters in calls:
        action, resources, context = need(service, operation, parameters, values)
        refused += [(action, each, context) for each in resources if not allows(policy, action, each, context)]
    assert refused == []


def test_the_record_holds_what_it_is_for(calls):
    made = {operation for _, operation, _ in calls}
    assert made >= {"StartQueryExecution", "GetQueryExecution", "GetQueryResults", "StopQueryExecution", "Publish"}
    assert made >= {"GetTable", "PutObject", "GetObject"}, "and those of the endpoint's Athena"


BY_ATHENA = [  # Athena User Guide, 2023: managed policies, fine-grained access to Glue, work-group policies
    ("glue:GetDatabase", "arn:aws:glue:{here}:database/{Database}", {}),
    ("glue:GetDatabase", "arn:aws:glue:{here}:database/default", {}),
    ("glue:GetPartitions", "arn:aws:glue:{here}:table/{Database}/sales", {}),
    ("glue:BatchGetPartition", "arn:aws:glue:{here}:table/{Database}/sales", {}),
    ("s3:GetBucketLocation", "arn:aws:s3:::{DataBucket}", {}),
    ("s3:GetBucketLocation", "arn:aws:s3:::{ResultsBucket}", {}),
    ("s3:ListBucket", "arn:aws:s3:::{DataBucket}", {"s3:prefix": "{DataPrefix}"}),
    ("s3:GetObject", "arn:aws:s3:::{DataBucket}/{DataPrefix}sales/1.parquet", {}),
    ("s3:PutObject", "arn:aws:s3:::{ResultsBucket}/{ResultsPrefix}1.csv", {}),
    ("s3:AbortMultipartUpload", "arn:aws:s3:::{ResultsBucket}/{ResultsPrefix}1.csv", {}),
    ("s3:ListMultipartUploadParts", "arn:aws:s3:::{ResultsBucket}/{ResultsPrefix}1.csv", {}),
    ("logs:PutLogEvents", "{Logs.Arn}:log-stream:x", {}),
]
NOT_OURS = [
    ("athena:StartQueryExecution", "arn:aws:athena:{here}:workgroup/primary", {}),
    ("athena:DeleteWorkGroup", "arn:aws:athena:{here}:workgroup/{WorkGroup}", {}),
    ("athena:UpdateWorkGroup", "arn:aws:athena:{here}:workgroup/{WorkGroup}", {}),
    ("athena:ListQueryExecutions", "arn:aws:athena:{here}:workgroup/{WorkGroup}", {}),
    ("glue:DeleteTable", "arn:aws:glue:{here}:table/{Database}/sales", {}),
    ("glue:CreateTable", "arn:aws:glue:{here}:table/{Database}/sales", {}),
    ("glue:UpdateTable", "arn:aws:glue:{here}:table/{Database}/sales", {}),
    ("glue:GetTable", "arn:aws:glue:{here}:table/another/sales", {}),
    ("glue:GetTable", "arn:aws:glue:{here}:table/default/sales", {}),
    ("s3:PutObject", "arn:aws:s3:::{DataBucket}/{DataPrefix}sales/1.parquet", {}),
    ("s3:DeleteObject", "arn:aws:s3:::{DataBucket}/{DataPrefix}sales/1.parquet", {}),
    ("s3:DeleteObject", "arn:aws:s3:::{ResultsBucket}/{ResultsPrefix}1.csv", {}),
    ("s3:GetObject", "arn:aws:s3:::{DataBucket}/secrets/1.csv", {}),
    ("s3:GetObject", "arn:aws:s3:::another/{DataPrefix}1.csv", {}),
    ("s3:ListBucket", "arn:aws:s3:::{DataBucket}", {}),
    ("s3:ListBucket", "arn:aws:s3:::{DataBucket}", {"s3:prefix": "secrets/"}),
    ("s3:ListAllMyBuckets", "arn:aws:s3:::*", {}),
    ("s3:CreateBucket", "arn:aws:s3:::{ResultsBucket}", {}),
    ("sns:Publish", "arn:aws:sns:{here}:another", {}),
    ("sns:Subscribe", "{Topic}", {}),
    ("logs:CreateLogGroup", "{Logs.Arn}:*", {}),
    ("logs:PutLogEvents", "arn:aws:logs:{here}:log-group:/aws/lambda/another:log-stream:x", {}),
    ("iam:PassRole", "*", {}),
    ("lambda:InvokeFunction", "*", {}),
    ("secretsmanager:GetSecretValue", "*", {}),
    ("kms:Decrypt", "*", {}),
    ("sts:AssumeRole", "*", {}),
]


def filled(text: str, values: dict) -> str:
    for name, value in {**values, "here": f"{REGION}:{ACCOUNT}"}.items():
        text = text.replace("{" + name + "}", value)
    return text


@pytest.mark.parametrize("action, resource, context", BY_ATHENA)
def test_what_athena_does_for_the_function_is_allowed(action, resource, context, policy, values):
    context = {name: filled(value, values) for name, value in context.items()}
    assert allows(policy, action, filled(resource, values), context)


@pytest.mark.parametrize("action, resource, context", NOT_OURS)
def test_nothing_else_is_allowed(action, resource, context, policy, values):
    context = {name: filled(value, values) for name, value in context.items()}
    assert not allows(policy, action, filled(resource, values), context)


def test_no_statement_is_wide(policy):
    for statement in policy:
        assert "*" not in "".join(statement["Action"])
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        assert "*" not in resources


def test_the_template_is_clean_and_fits_the_function():
    lint = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), TEMPLATE], capture_output=True, text=True, timeout=300
    )
    assert (lint.returncode, lint.stdout) == (0, "")
    properties = template()["Resources"]["Function"]["Properties"]
    module, _, name = properties["Handler"].rpartition(".")
    assert module == function.__name__ and callable(getattr(function, name))
    variables = properties["Environment"]["Variables"]
    written = {name: "x" if isinstance(value, dict) else value for name, value in variables.items()}
    written |= {"ATHENA_RESULTS": "s3://bucket/answers/", "DEFAULT_QUERY": "orders_by_year",
                "TOPIC_ARN": f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"}  # fmt: skip
    assert Settings.from_environment(written, function.QUERIES)
    scheduled = template()["Parameters"]["ScheduledQuery"]["Default"]
    assert function.QUERIES[scheduled].literals({}) == [], "a schedule gives no values"
