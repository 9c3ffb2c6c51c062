"""Iceberg tables, through pyiceberg and the Glue catalog: what Athena adds to Hive's tables.

The table's truth is its metadata file in S3; Glue holds the place of the current one. So pyiceberg's own
GlueCatalog and awswrangler see the same tables. Only `statements` may be imported without pyiceberg, which takes a
second to load: the other modules are imported when the first Iceberg table is met.

Row-level changes are merge-on-read as in Athena: UPDATE, DELETE and MERGE write position delete files (format
version 2) and new data files, and leave the old data files alone until OPTIMIZE and VACUUM.

What is refused with NOT_SUPPORTED: equality deletes and deletion vectors of other writers, and data files in
ORC or Avro.
"""
