-- Why: a request repeated from outside (a lost answer, a double click) must not count twice. The key is taken
-- in the transaction of the work it protects; its answer is given again until it expires.

create table platform.idempotency_key (
    scope        text not null,
    key          text not null,
    request_hash bytea not null,
    status       smallint,
    body         jsonb,
    expires_at   timestamptz not null,
    constraint idempotency_key_pkey primary key (scope, key),
    constraint idempotency_key_key_check check (length(key) between 1 and 200)
);

create index idempotency_key_expiry_idx on platform.idempotency_key (expires_at);
