"""Measurements that are run by hand; pytest needs none of them."""
