"""New partitions in Glue."""

from ..errors import AthenaError
from ..partitions import NULL_PARTITION

BATCH = 100  # partitions in one request, Glue's limit


def register(context, database, table, storage_descriptor, partitions):
    """Add partitions, {values: location}, that Glue does not have yet."""
    glue = context.services.glue
    inputs = [
        {
            "Values": [NULL_PARTITION if v is None else v for v in values],
            "StorageDescriptor": {**storage_descriptor, "Location": location},
        }
        for values, location in partitions.items()
    ]
    for start in range(0, len(inputs), BATCH):
        answer = glue.batch_create_partition(
            DatabaseName=database, TableName=table, PartitionInputList=inputs[start : start + BATCH]
        )
        for failure in answer.get("Errors", []):
            detail = failure["ErrorDetail"]
            if detail["ErrorCode"] != "AlreadyExistsException":
                raise AthenaError("HIVE_METASTORE_ERROR", detail["ErrorMessage"])
