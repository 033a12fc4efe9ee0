-- Why: numbers stand on the nodes of a voice menu as on those of every flow; its walks live in memory, not in rows.
create table flow.call_node (
    flow    text   not null,
    node    text   not null,
    entered bigint not null default 0,
    there   bigint not null default 0, -- calls that are in the node now; a server that starts has none
    constraint call_node_pkey primary key (flow, node)
);
