-- PostgreSQL replaces nothing: what conflicts is an UPDATE, which is refused.
SELECT 1;
