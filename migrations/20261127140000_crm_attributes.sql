-- Why: a customer has attributes that administrators define, and of several numbers the first is the one that is used.
alter table crm.customer add column attributes jsonb not null default '{}';
alter table crm.customer add constraint customer_attributes_check check (jsonb_typeof(attributes) = 'object');

-- Where the identifier stood in the list that was given: the first phone number is the one that messages go to.
alter table crm.identifier add column position integer not null default 0;
