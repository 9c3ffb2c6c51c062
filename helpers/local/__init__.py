"""The local AWS: one process that answers S3, Glue, Athena and more on a loopback port; `python -m helpers.local`.

Clients find it through the standard variables that it prints. A client that reads no such variable cannot reach it:
PyAthena's ArrowCursor, and what is built on it, reads results with pyarrow's S3FileSystem, whose constructor knows
amazonaws.com alone. docs/clients.md says which clients are proved, how each connects, and what to use instead.
"""
