-- Why: two jobs marked their nights in two tables. There is one night now, with its steps in one order; a step that walks
-- over members keeps its place, so that a server that dies is followed by one that goes on behind it. Marks of the other
-- table are of days whose events are in the log under ids that count once: they may go.
alter table loyalty.night
    add column place uuid, -- the member that the step looked at last
    alter column done_at drop not null, -- none: begun
    alter column counted set default 0;

drop table loyalty.done_on;
