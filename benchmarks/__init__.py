"""Measurements that make the figures of docs/quality.md again; none of them is a test."""
