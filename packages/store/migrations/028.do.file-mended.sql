-- The customer's timeline reads marks in the order of time.
create index satisfaction_score_customer_time on satisfaction_score (customer_id, at desc, id desc);
drop index satisfaction_score_customer;
