"""What lesson 10 takes apart: a handler as it is often copied, and queries that are hard on a function."""
