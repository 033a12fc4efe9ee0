-- Why: work of the night is done by one server, also when several use this database. Whoever holds the lease works;
-- a holder that dies loses it by time.
create table platform.lease (
    name   text        not null,
    holder uuid        not null,
    until  timestamptz not null,
    constraint lease_pkey primary key (name)
);
