"""In front of moto's Glue: what it lacks, what it answers otherwise than the service, what it trips over.

`catalog` is the entrance, and uses the others.
"""
