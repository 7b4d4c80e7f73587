-- What both databases have alike. Times are milliseconds since 1970 of the database's clock, days and months UTC;
-- limits of 0 are none.

CREATE TABLE tenants (
    name TEXT PRIMARY KEY,
    created_at_ms BIGINT NOT NULL,
    disabled_at_ms BIGINT,
    clips_per_minute BIGINT NOT NULL,
    parallel BIGINT NOT NULL,
    audio_s_per_month BIGINT NOT NULL,
    retention_days BIGINT NOT NULL,
    model TEXT NOT NULL,
    rules TEXT NOT NULL,
    webhook_url TEXT NOT NULL,
    webhook_secret TEXT NOT NULL,
    cors_origins TEXT NOT NULL
);

CREATE TABLE api_keys (
    prefix TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (name),
    hash TEXT NOT NULL UNIQUE,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT,
    revoked_at_ms BIGINT
);
CREATE INDEX api_keys_of_tenant ON api_keys (tenant);

-- One row: the number of the last act. Who acts takes its lock first, so that acts have one order.
CREATE TABLE version (number BIGINT NOT NULL);
INSERT INTO version VALUES (0);

CREATE TABLE audit (
    number BIGINT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    tenant TEXT NOT NULL,
    detail TEXT NOT NULL
);

-- Servers. One that was not seen for some seconds holds nothing; flushed is the last batch of usage that was added.
CREATE TABLE processes (
    id TEXT PRIMARY KEY,
    seen_at_ms BIGINT NOT NULL,
    flushed BIGINT NOT NULL
);

-- Clips of a minute that servers took for themselves; more than the limit may stand here, and is worth nothing.
CREATE TABLE windows (
    tenant TEXT NOT NULL,
    minute BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    PRIMARY KEY (tenant, minute)
);

-- What a server holds of a tenant's limit: requests at once, or milliseconds of a month (its name is the month).
CREATE TABLE holds (
    tenant TEXT NOT NULL,
    what TEXT NOT NULL,
    process TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (tenant, what, process)
);

CREATE TABLE usage (
    tenant TEXT NOT NULL REFERENCES tenants (name),
    day TEXT NOT NULL,
    outcome TEXT NOT NULL,
    clips BIGINT NOT NULL,
    audio_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant, day, outcome)
);
