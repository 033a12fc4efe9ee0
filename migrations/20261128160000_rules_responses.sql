-- Why: a response has three types that do not exclude each other (GAP-04, MKT-RESP-01 to 04): a message reached the
-- customer (delivery), the customer showed interest, the customer did what the rule is for (conversion).
alter table rules.exposure
    add column delivered_at     timestamptz,
    add column interest_until   timestamptz,
    add column interested_at    timestamptz;

create index exposure_interest_idx on rules.exposure (customer_id) where interested_at is null and interest_until is not null;
