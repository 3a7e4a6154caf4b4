"""Sending what is in the outbox, and what becomes of it."""
