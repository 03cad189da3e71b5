-- What accounts of mail show of themselves. How many mails of an import, by both their dates from before what is wanted, were left in the mailbox: nothing is passed over in silence.

alter table mail_account add column if not exists import_left integer not null default 0;
-- How many seconds the last mail that came had lain in the mailbox when it was durable here; null before the first.
alter table mail_account add column if not exists last_delay double precision;
