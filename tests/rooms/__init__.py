"""Tests of the sealed flow: real pushes, the real workflows under act, and a fake GitHub on 127.0.0.1."""
