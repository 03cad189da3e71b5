-- Mails that a mailbox's server did not hand out, and over which its cursor has passed: their UIDs, whether others have come since, and how
-- often they were asked for in vain since then.
-- They are asked for again when all others have come, whichever process fetches then.

alter table mail_account add column if not exists passed_over jsonb not null default '[]';
