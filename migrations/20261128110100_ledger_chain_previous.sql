-- Why: the end of the chain is moved and the block added in one statement, which is one round trip under the lock that
-- every writer waits for. The block needs the hash that the end had before.
alter table ledger.chain add column previous_hash bytea;
