"""The parity ladder: two recordings of the same work, climbed by each engine and judged rung by rung."""
