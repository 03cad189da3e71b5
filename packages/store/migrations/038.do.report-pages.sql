-- Tickets settled after they had been reopened: counted when they are settled, so that the rate is a part of the whole on every day.
alter table figure_sum add column settled_again bigint;
