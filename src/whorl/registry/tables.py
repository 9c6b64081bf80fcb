"""The four tables, in types that SQLite and PostgreSQL share."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text, UniqueConstraint

VERSION = 1
"""Of the tables; a registry with a greater one was made by a newer Whorl."""

METADATA = MetaData()

SCHEMA = Table(
    "whorl_schema",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("made_by", Text, nullable=False),
)

REFERENCES = Table(
    "whorl_references",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("note", Text, nullable=False),
)

MODELS = Table(
    "whorl_models",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("architecture", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("note", Text, nullable=False),
)

FINGERPRINTS = Table(
    "whorl_fingerprints",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("model_id", ForeignKey(MODELS.c.id), nullable=False),
    Column("reference_id", ForeignKey(REFERENCES.c.id), nullable=False, index=True),
    Column("digest", Text, nullable=False),
    Column("n_pictures", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False),  # JSON
    Column("measured_by", Text, nullable=False),
    Column("measured_at", Text, nullable=False),  # ISO 8601
    Column("versions", Text, nullable=False),  # JSON
    UniqueConstraint("model_id", "reference_id"),
)
