"""CockroachDB Cloud: organizations behind keys, four dated versions of one API, spend limits in three generations."""
