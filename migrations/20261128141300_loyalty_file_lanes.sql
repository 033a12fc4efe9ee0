-- Why: chunks of one file are applied side by side, so a file stands at several places: each lane takes every n-th chunk
-- in order, and goes on behind its own last transaction. The rows of a file go when it is done; its totals stay with it.

create table loyalty.file_lane (
    file_id      uuid        not null,
    lane         smallint    not null,
    reached      bigint      not null default 0, -- the last unit of its last chunk that is committed
    done         bigint      not null default 0, -- units of its chunks that are committed
    units        bigint      not null default 0, -- of the whole file, as far as this lane was told
    reject_bytes bigint      not null default 0, -- of its part of the reject file, as of that transaction
    tally        jsonb       not null default '{}',
    moved_at     timestamptz not null,
    constraint file_lane_pkey primary key (file_id, lane),
    constraint file_lane_file_fkey foreign key (file_id) references loyalty.file (file_id)
) with (fillfactor = 50);

-- Files that are being applied go on where they are, in one lane.
insert into loyalty.file_lane (file_id, lane, reached, done, units, tally, moved_at)
select file_id, 0, done, done, lines, tally, moved_at from loyalty.file where state = 'running';
