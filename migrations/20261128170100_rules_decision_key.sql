-- Why: "what was decided about this event" had an index of its own beside the primary key; with the event in front the key
-- serves both questions, and each decision has one entry less to write.
alter table rules.decision drop constraint decision_pkey;
alter table rules.decision add constraint decision_pkey primary key (event_id, rule_id, occurred_at);
drop index rules.decision_event_idx;
