-- Why: each tier carries its discount (PP-LOY-04), which is off the price of rewards. What an order had stays with it.
alter table loyalty.reward_order
    add column discount_percent numeric(5, 2) not null default 0;
