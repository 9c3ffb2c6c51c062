"""boto3 clients that send what they are given."""

import boto3
from botocore.config import Config


def at(url):
    """client("athena") → a boto3 client at the endpoint `url`, which does not check its parameters itself."""

    def client(service):
        return boto3.client(
            service,
            endpoint_url=url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            region_name="us-east-1",
            config=Config(parameter_validation=False, retries={"total_max_attempts": 1}, proxies={}),
        )

    return client
