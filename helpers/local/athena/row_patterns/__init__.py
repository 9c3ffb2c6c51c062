"""MATCH_RECOGNIZE when a query runs. `matching` is the entrance; the clause is bound in `translate`."""
