-- Why: runs that ended, and what a run that goes on left behind long ago, are kept for a time (retention). These find
-- them without reading everything.

create index instance_ended_idx on flow.instance (ended_at) where ended_at is not null;
create index instance_open_idx on flow.instance (started_at) where ended_at is null;
