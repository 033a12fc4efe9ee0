-- The reactions to one event are what people ask for ("what came of it"): with the event in front one index serves
-- them and keeps a reaction from being written twice. Event ids grow with time, so new ones stand together.
alter table rules.reaction
    drop constraint reaction_key,
    add constraint reaction_key unique (event_id, rule_id, key);
