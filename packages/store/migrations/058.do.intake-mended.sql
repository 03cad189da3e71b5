-- An address that mail is fetched from or written as is ours, and no party of a ticket: everybody may write it into From.
delete from ticket_party where kind = 'email' and value in (select lower(address) from mail_account union select address from mail_identity);
