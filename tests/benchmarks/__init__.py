"""Measurements run by hand, as `python -m tests.benchmarks.NAME`; pytest does not collect them.

    course      a search of 5,000 passages, beside what embedding the question costs
    million     the index of 1,000,000 vectors: build, memory, latency, recall, against exact search
    embedding   passages a second, against the packaged model's own engine, on the same texts
    loading     opening an index: digests, vectors, passages
    peers       what a user would take instead, on the same data, judged the same way

``questions/`` holds 80 judged questions over a real edition of the course and 30 over a real
introduction, whose materials are not ours to ship: give them with ``--course``. Half are for
choosing (`"split": "dev"`). They were written from the materials' text, without sight of any
system's results; judgements were then completed over the first five of eight systems.

Each prints a table, and writes it as JSON with `--json FILE`. Nothing is asserted: times depend
on the machine and on what else it does, so compare rows of one run, not runs.
"""
