-- What came back before 065. It reads every message once, and so holds no table from those who work meanwhile.

update outbound o set bounces = array[case when starts_with(m.delivery_error, o.error || '; ') then substr(m.delivery_error, length(o.error) + 3)
  else m.delivery_error end]
from message m
where m.id = o.message_id and m.delivery_error is not null and o.channel = 'email' and o.status = 'sent' and o.bounces = '{}'
  and m.delivery_error is distinct from o.error;
