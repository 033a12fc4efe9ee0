-- Why: a customer's page asks why rules did or did not react to this customer; without an index it reads every week's
-- decisions of everybody. Built at the start, before the server takes events.
create index decision_customer_idx on rules.decision (customer_id, occurred_at desc) where customer_id is not null;
