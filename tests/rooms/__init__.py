"""The sealed flow, executed: real pushes, the real workflows under act, a GitHub of our own on 127.0.0.1."""
