-- As in 021. A split does not go back either while a later entry has brought the one who gave the identifier away a claim of it: the identifier found
-- its place taken and stayed with whom it had been given to, though the split was undone.
create or replace function merge_blocked_by(p_merge_id uuid) returns uuid language sql stable as $$
  select n.id from customer_merge m join customer_merge n on n.position > m.position and n.undone_at is null and (
    (n.kind = 'merge' and (n.other_id = m.customer_id or (m.kind = 'split' and n.other_id = m.other_id)))
    or n.id in (
      select b.merge_id from customer_merge_row a join customer_merge_row b on b.kind = a.kind and b.row_key = a.row_key
      where a.merge_id = m.id and b.merge_id <> m.id)
    or (m.kind = 'split' and n.customer_id = m.other_id and exists (
      select 1 from customer_merge_row a join identifier given on given.id = (a.row_key ->> 'id')::uuid and given.customer_id = m.customer_id
      join identifier claim on claim.customer_id = m.other_id and claim.kind = given.kind and claim.value = given.value
      join customer_merge_row b on b.merge_id = n.id and b.kind = 'identifier' and b.action = 'moved' and b.row_key = jsonb_build_object('id', claim.id)
      where a.merge_id = m.id and a.kind = 'identifier' and a.action = 'moved')))
  where m.id = p_merge_id
    and (n.customer_id in (m.customer_id, m.other_id) or n.other_id in (m.customer_id, m.other_id))
  order by n.position desc limit 1
$$;
