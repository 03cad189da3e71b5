import type { ChannelName, Consent, ConsentChange, ConsentState } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';
import { parameters, readsEverything, ticketScope, type Viewer } from './tickets.ts';

/**
 * What is known of an address, by channel and own account. Few: one for each number of ours that the person wrote to.
 * @param hashed how a withdrawal is kept of an address whose holder was erased; it counts until the address says something later
 */
export async function listConsents(
  sql: Queryable,
  address: string,
  hashed: string,
  { limit, after }: Slice<[string, string]>,
): Promise<Cut<Consent, [string, string]>> {
  const { rows } = await sql.query(
    `select distinct on (channel, account) channel, account, $1 as address, state, source, reason, at from consent
     where address in ($1, $2) and ($3::text is null or (channel, account) > ($3, $4)) order by channel, account, at desc limit $5`,
    [address, hashed, after?.[0] ?? null, after?.[1] ?? null, limit + 1],
  );
  return cut(
    rows.map((row) => present<Consent>(row)),
    limit,
    (one) => [one.channel, one.account],
  );
}

/** What is known of an address by one channel and own account, as {@link listConsents} has it. */
export async function readConsent(
  sql: Queryable,
  { channel, account, address }: Pick<Consent, 'channel' | 'account' | 'address'>,
  hashed: string,
): Promise<Consent | null> {
  const { rows } = await sql.query(
    `select channel, account, $1 as address, state, source, reason, at from consent
     where address in ($1, $2) and channel = $3 and account = $4 order by at desc limit 1`,
    [address, hashed, channel, account],
  );
  return rows[0] ? present<Consent>(rows[0]) : null;
}

/** Whether the holder of an address withdrew consent before being erased, and has said nothing since. */
export async function withdrewBefore(
  sql: Queryable,
  message: { channel: string; channelAccount: string; to: string },
  hashed: string,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `select 1 from consent c where c.channel = $1 and c.account = $2 and c.address = $3 and c.state = 'withdrawn' and not exists (
       select 1 from consent later where later.channel = $1 and later.account = $2 and later.address = $4 and later.at >= c.at)`,
    [message.channel, message.channelAccount, hashed, message.to],
  );
  return rowCount === 1;
}

/** Every change of an address's consents, newest first. */
export async function listConsentLog(
  sql: Queryable,
  address: string,
  slice: Slice<number>,
): Promise<Cut<ConsentChange, number>> {
  const { rows } = await sql.query(
    `select id::integer, channel, account, address, state, source, reason, agent_id as "agentId", message_id as "messageId", at
     from consent_log where address = $1 and ($2::bigint is null or id < $2) order by id desc limit $3`,
    [address, slice.after, slice.limit + 1],
  );
  return cut(
    rows.map((row) => present<ConsentChange>(row)),
    slice.limit,
    (change) => change.id,
  );
}

/** Whether the viewer may read a ticket of whoever has this address, and with it what was said and change it. */
export async function mayHandleConsent(sql: Queryable, viewer: Viewer, address: string): Promise<boolean> {
  if (readsEverything(viewer)) return true;
  const { values, bind } = parameters(address);
  const { rowCount } = await sql.query(
    `select 1 where exists (select 1 from identifier i join ticket t on t.customer_id = i.customer_id
       where i.value = $1 and ${ticketScope(viewer, bind)})`,
    values,
  );
  return rowCount === 1;
}

export interface ConsentDecision {
  channel: ChannelName;
  account: string;
  address: string;
  state: ConsentState;
  source: 'agent';
  reason: string;
  agentId: string;
  correlationId: string;
}

/** Writes a consent and its log. False when it was so already, or something later was said. */
export async function setConsent(sql: Queryable, decision: ConsentDecision): Promise<boolean> {
  const { rows } = await sql.query<{ changed: boolean }>('select set_consent($1) as changed', [
    JSON.stringify(decision),
  ]);
  return rows[0]?.changed ?? false;
}

/** Those of these addresses that may not be written to by the account by which answers on a ticket leave. */
export async function withdrawnOn(sql: Queryable, ticketId: string, addresses: readonly string[]): Promise<string[]> {
  const { rows } = await sql.query<{ address: string }>(
    `select c.address from ticket t
     join lateral (select answered_by_mail(t.id) as by_mail) a on true
     join consent c on c.channel = case when by_mail then 'email' else t.channel end
       and c.account = case when by_mail then 'email' else t.channel_account end
     where t.id = $1 and c.address = any($2) and c.state = 'withdrawn' order by c.address`,
    [ticketId, addresses],
  );
  return rows.map(({ address }) => address);
}
