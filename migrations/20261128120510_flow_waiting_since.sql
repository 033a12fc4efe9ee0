-- Why: an event that came while a run began to wait for it was missed, when the reader of the log had passed it before
-- the run's transaction was over. A run now says since when it waits, and the reader looks back once, from there to
-- its own place.

alter table flow.waiting
    add column entry bigint not null default 0,                      -- the visit that waits
    add column since pg_snapshot not null default pg_current_snapshot(), -- what is visible in it came before the wait
    add column began_in xid8 not null default pg_current_xact_id(),  -- the run's own events of this transaction count
    add column caught_up boolean not null default true;              -- whether the reader looked back for it
alter table flow.waiting alter column entry drop default;
alter table flow.waiting alter column caught_up set default false;
create index waiting_behind_idx on flow.waiting (instance_id) where not caught_up;

-- A run hears what happens from its start on, also when it is first taken on a little later.
alter table flow.instance
    add column begun pg_snapshot not null default pg_current_snapshot(),
    add column begun_in xid8 not null default pg_current_xact_id();
