"""The operations of Athena's API: request in, answer out.

`validation` checks every request against the service model, `service` dispatches, the other modules
each keep one kind of thing: executions, work groups, named queries, prepared statements, catalogs, tags.
"""
