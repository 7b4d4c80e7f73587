-- A key that was rotated has one in its place already.
ALTER TABLE api_keys ADD COLUMN rotated_at_ms BIGINT;
