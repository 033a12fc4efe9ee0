-- Why: a call that an operator waits for is made by whoever serves the desk, not by the runner, and is not repeated
-- while a customer listens.

alter table flow.call add column at_desk boolean not null default false;
