-- Why: the reader of events and the worker of reactions both count, each with its commit; one waited for the other's disk
-- write while both changed one row. Each has rows of its own now; what a rule counts is their sum.
alter table rules.counter add column part text not null default 'decisions';
alter table rules.counter add constraint counter_part_check check (part in ('decisions', 'reactions'));
alter table rules.counter drop constraint counter_pkey;
alter table rules.counter add constraint counter_pkey primary key (rule_id, part);
alter table rules.counter alter column part drop default;
