"""Runs Liferaft on one machine: database, web, worker and sandbox, and nothing left behind when it ends.

A plain program of the standard library: it imports nothing of the product, and nothing of the product imports it.
"""
