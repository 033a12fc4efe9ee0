-- Why: decisions and reactions are kept for a time (retention): weeks of decisions are dropped whole, reactions that
-- ended are deleted. Their partitions are made by the function for all tables.

drop function rules.make_decision_partitions(date, integer);

-- Old reactions are found by it; as rows come in the order of time it costs next to nothing.
create index reaction_occurred_idx on rules.reaction using brin (occurred_at);
