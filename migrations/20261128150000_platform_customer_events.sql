-- Why: predictions look at what customers did, over sets of customers and long times. The view is how other schemas
-- read events of other systems whose customer is known; the table itself stays the log's own.

create view platform.pub_customer_event as
select subject_id as customer_id, kind, occurred_at, payload -> 'data' as data
from platform.event_outside
where payload ->> 'customer_id' is not null;
