import type { ChannelName, TransferTarget } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { containing } from './paging.ts';

/** So many are shown; others are found by their names. */
const mostTargets = 50;

/** Agents who are not offline and do not have the ticket: free ones first, those of its queue before others. */
export async function listTransferTargets(
  sql: Queryable,
  of: { ticketId: string; channel: ChannelName; needsPhone: boolean; q: string },
): Promise<TransferTarget[]> {
  const { rows } = await sql.query<TransferTarget>(
    `with able as (
       select a.id as "agentId", a.name, a.presence, agent_load(a.id, $2) as load, coalesce((a.capacity ->> $2)::int, 0) as capacity,
         a.presence = 'online' and has_room(a, $2) and (a.phone is not null or not $3) as free,
         exists (select 1 from queue_member m where m.queue_id = t.queue_id and m.agent_id = a.id) as "inQueue"
       from ticket t join agent a on a.presence <> 'offline' and a.id is distinct from t.assignee_id
       where t.id = $1 and ($4 = '' or a.name ilike $5))
     select * from able order by free desc, "inQueue" desc, name, "agentId" limit ${mostTargets}`,
    [of.ticketId, of.channel, of.needsPhone, of.q, containing(of.q)],
  );
  return rows;
}
