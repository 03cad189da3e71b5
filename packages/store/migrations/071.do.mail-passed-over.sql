-- Mails that a mailbox's server did not hand out, and over which its cursor has passed: they are asked for once more, whichever process fetches then.

alter table mail_account add column if not exists passed_over jsonb not null default '[]';
