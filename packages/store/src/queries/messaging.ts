import type { ChannelName, MessagingSettings, MessageTemplate } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';
import { parameters } from './tickets.ts';

/** When somebody last wrote to this account of ours; null when never. For channels with a session window only: they have the index. */
export async function lastInboundAt(
  sql: Queryable,
  channel: ChannelName,
  account: string,
  address: string,
): Promise<Date | null> {
  const { rows } = await sql.query<{ at: Date | null }>(
    `select max(received_at) as at from message where direction = 'in' and channel = $1 and channel_account = $2 and sender = $3`,
    [channel, account, address],
  );
  return rows[0]?.at ?? null;
}

/** The two ends of a ticket's conversation. */
export async function readTicketEnds(
  sql: Queryable,
  ticketId: string,
): Promise<{ channelAccount: string; contactAddress: string } | null> {
  const { rows } = await sql.query<{ channelAccount: string; contactAddress: string }>(
    `select channel_account as "channelAccount", contact_address as "contactAddress" from ticket where id = $1`,
    [ticketId],
  );
  return rows[0] ?? null;
}

// --- Templates ---------------------------------------------------------------------------------------------------

const templateColumns = `id, channel, name, language, content_sid as "contentSid", body, labels, state`;

export async function listTemplates(
  sql: Queryable,
  filter: { channel?: ChannelName | undefined; state?: 'active' | 'retired' | undefined },
  slice: Slice<string>,
): Promise<Cut<MessageTemplate, string>> {
  const { values, bind } = parameters(slice.limit + 1);
  const conditions = ['true'];
  if (filter.channel) conditions.push(`channel = ${bind(filter.channel)}`);
  if (filter.state) conditions.push(`state = ${bind(filter.state)}`);
  if (slice.after !== null) conditions.push(`id > ${bind(slice.after)}`);
  const { rows } = await sql.query(
    `select ${templateColumns} from message_template where ${conditions.join(' and ')} order by id limit $1`,
    values,
  );
  return cut(
    rows.map((row) => present<MessageTemplate>(row)),
    slice.limit,
    (template) => template.id,
  );
}

export async function readTemplate(sql: Queryable, id: string): Promise<MessageTemplate | null> {
  const { rows } = await sql.query<MessageTemplate>(`select ${templateColumns} from message_template where id = $1`, [
    id,
  ]);
  return rows[0] ?? null;
}

/** Null when the channel has one of this name and language. */
export async function insertTemplate(
  sql: Queryable,
  template: Omit<MessageTemplate, 'id' | 'state'>,
): Promise<MessageTemplate | null> {
  const { rows } = await sql.query<MessageTemplate>(
    `insert into message_template (channel, name, language, content_sid, body, labels) values ($1, $2, $3, $4, $5, $6)
     on conflict (channel, name, language) do nothing returning ${templateColumns}`,
    [template.channel, template.name, template.language, template.contentSid, template.body, template.labels],
  );
  return rows[0] ?? null;
}

/** Null when there is no such template. Throws SQLSTATE 23505 when another one has the name and language. */
export async function updateTemplate(
  sql: Queryable,
  id: string,
  changes: { [K in keyof Omit<MessageTemplate, 'id' | 'channel'>]?: MessageTemplate[K] | undefined },
): Promise<MessageTemplate | null> {
  const { rows } = await sql.query<MessageTemplate>(
    `update message_template set name = coalesce($2, name), language = coalesce($3, language), content_sid = coalesce($4, content_sid),
       body = coalesce($5, body), labels = coalesce($6, labels), state = coalesce($7, state), updated_at = now()
     where id = $1 returning ${templateColumns}`,
    [id, changes.name, changes.language, changes.contentSid, changes.body, changes.labels, changes.state].map(
      (value) => value ?? null,
    ),
  );
  return rows[0] ?? null;
}

/** Messages made from it keep what was sent. False when there is none. */
export async function deleteTemplate(sql: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await sql.query('delete from message_template where id = $1', [id]);
  return rowCount === 1;
}

export interface TemplateUse {
  contentSid: string;
  variables: string[];
}

export async function insertTemplateUse(
  sql: Queryable,
  messageId: string,
  use: TemplateUse & { templateId: string },
): Promise<void> {
  await sql.query(
    'insert into message_template_use (message_id, template_id, content_sid, variables) values ($1, $2, $3, $4) on conflict do nothing',
    [messageId, use.templateId, use.contentSid, use.variables],
  );
}

export async function readTemplateUse(sql: Queryable, messageId: string): Promise<TemplateUse | null> {
  const { rows } = await sql.query<TemplateUse>(
    `select content_sid as "contentSid", variables from message_template_use where message_id = $1`,
    [messageId],
  );
  return rows[0] ?? null;
}

// --- Settings ----------------------------------------------------------------------------------------------------

const settingKey = 'messaging';

export async function readMessagingSettings(sql: Queryable): Promise<MessagingSettings> {
  const { rows } = await sql.query<{ value: MessagingSettings }>('select value from setting where key = $1', [
    settingKey,
  ]);
  return rows[0]?.value ?? { helpReply: false, helpText: null };
}

/** With the event that says who changed what from what; none when it was so already. */
export async function writeMessagingSettings(
  sql: Queryable,
  settings: MessagingSettings,
  actorId: string,
): Promise<void> {
  await sql.query(
    `with before as (
       select value from setting where key = $1
     ), told as (
       insert into event (type, actor_id, data)
       select 'setting.changed', $3, jsonb_build_object('setting', $1::text, 'key', null, 'from', b.value, 'to', $2::jsonb)
       from (select 1) one left join before b on true where b.value is distinct from $2::jsonb
     )
     insert into setting (key, value) values ($1, $2::jsonb) on conflict (key) do update set value = excluded.value`,
    [settingKey, JSON.stringify(settings), actorId],
  );
}
