-- Why: a person reads the whole log newest first, a page at a time; without this each page sorts the log. The log
-- is new and small, so an ordinary build is short.
create index event_time_idx on platform.event (occurred_at desc, event_id desc);
