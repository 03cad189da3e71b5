-- Mails that a server did not hand out, of mailboxes as they were fetched before an account was changed: [{host, username, folder, address,
-- uidValidity, mails}], the last first. They are asked for again where that mailbox is fetched anew.

alter table mail_account add column if not exists passed_over_before jsonb not null default '[]';
