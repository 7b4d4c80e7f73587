-- Who signs in with an account sees one tenant. Addresses are in lower case.
CREATE TABLE people (
    address TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (name)
);

-- Tokens that sign in once. An empty tenant: an operator.
CREATE TABLE sign_in_tokens (
    hash TEXT NOT NULL PRIMARY KEY,
    who TEXT NOT NULL,
    tenant TEXT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);

-- Who is signed in.
CREATE TABLE sessions (
    hash TEXT NOT NULL PRIMARY KEY,
    who TEXT NOT NULL,
    tenant TEXT NOT NULL,
    is_by_provider BIGINT NOT NULL,
    began_at_ms BIGINT NOT NULL,
    seen_at_ms BIGINT NOT NULL
);
