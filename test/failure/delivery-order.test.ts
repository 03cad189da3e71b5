import { randomUUID } from 'node:crypto';
import { forwardStatus, takeToken } from '@patchbay/domain';
import {
  claimOutbounds,
  leaveToPerson,
  openDatabase,
  recordDelivery,
  resolveOutbound,
  settleOutbound,
  settleOutbounds,
} from '@patchbay/store';
import type { OutboundResult } from '@patchbay/store';
import { listOutbox } from '@patchbay/store/queries/outbox';
import type { DeliveryStatus } from '@patchbay/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/backends.ts';
import { eventually } from '../support/client.ts';
import { shared } from '../support/shared.ts';

const account = '+15005550006';
const author = { agentId: 'grace', role: 'agent' } as const;

async function startDatabase() {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createTestDatabase());
  const db = stack.use(openDatabase({ url }));
  await db.sql.query(`insert into agent (id, name, email) values ($1, 'Grace', 'grace@patchbay.test')`, [
    author.agentId,
  ]);
  const owned = stack.move();
  return { db, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

type Step = 'settle' | 'sent' | 'delivered' | 'read' | 'failed';

interface Outgoing {
  id: string;
  messageId: string;
  ticketId: string;
}

/** All from connections of their own at once, as many processes would, or one after the other. */
async function inOrder<T>(steps: readonly T[], atOnce: boolean, act: (step: T) => Promise<unknown>): Promise<void> {
  if (atOnce) await Promise.all(steps.map(act));
  else for (const step of steps) await act(step);
}

describe("a message's delivery in the database", () => {
  const ground = shared(startDatabase);

  /** An agent's message to these on a resolved ticket, just being sent. */
  async function sending(channel: string, from: string, [to = '', ...copies]: readonly string[]): Promise<Outgoing> {
    const { rows } = await ground().db.sql.query<Outgoing>(
      `with c as (insert into customer (display_name) values ('Ada') returning id),
       t as (insert into ticket (subject, status, channel, channel_account, customer_id, contact_address)
         select 'x', 'resolved', $1, $2, id, $3 from c returning id),
       m as (insert into message (ticket_id, direction, channel, channel_account, kind, delivery_status, author_id, recipients, copies)
         select id, 'out', $1, $2, 'agent', 'queued', $5, array[$3], $4 from t returning id, ticket_id)
       insert into outbound (message_id, ticket_id, author_id, idempotency_key, channel, channel_account, recipient, status, correlation_id)
       select id, ticket_id, $5, 'k', $1, $2, $3, 'sending', 'c' from m
       returning id, message_id as "messageId", ticket_id as "ticketId"`,
      [channel, from, to, copies, author.agentId],
    );
    return rows[0] as Outgoing;
  }

  /** What is shown of it in the end, and what was told on the way. */
  async function outcomeOf({ id, ticketId }: Outgoing) {
    const { sql } = ground().db;
    const { rows } = await sql.query<{ reopened: number; failures: number }>(
      `select count(*) filter (where type = 'ticket.reopened')::int as reopened,
         count(*) filter (where data ->> 'status' = 'failed')::int as failures
       from event where ticket_id = $1`,
      [ticketId],
    );
    const all = { limit: 1000, after: null };
    const [shown] = (await listOutbox(sql, author, undefined, all)).items.filter((item) => item.id === id);
    const undelivered = (await listOutbox(sql, author, 'undelivered', all)).items.some((item) => item.id === id);
    return {
      end: { status: shown?.status as DeliveryStatus, error: shown?.error ?? null, undelivered },
      ...(rows[0] as { reopened: number; failures: number }),
    };
  }

  async function play(steps: readonly Step[], atOnce: boolean) {
    const { sql } = ground().db;
    const sent = await sending('sms', account, ['+4915112340000']);
    const externalId = `SM${sent.id}`;
    await inOrder(steps, atOnce, async (step) =>
      step === 'settle'
        ? void (await settleOutbound(sql, sent.id, { result: 'sent', externalId }))
        : recordDelivery(sql, {
            channelAccount: account,
            externalId,
            status: step,
            at: new Date().toISOString(),
            ...(step === 'failed' && { error: 'Not in service' }),
          }),
    );
    return outcomeOf(sent);
  }

  it('is the same whatever the order, the repetitions, and however many come at once', async () => {
    const steps = fc
      .array(fc.constantFrom<Step>('sent', 'delivered', 'read', 'failed'), { maxLength: 8 })
      .chain((reports) => fc.shuffledSubarray<Step>([...reports, 'settle'], { minLength: reports.length + 1 }));
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (list, atOnce) => {
        const law = list
          .map((step) => (step === 'settle' ? 'sent' : step))
          .reduce<DeliveryStatus>(forwardStatus, 'queued');
        const { end, reopened, failures } = await play(list, atOnce);
        // Who has the message has it: a carrier's failure before or after that is none.
        const isFailed = law === 'failed';
        expect(end).toEqual({ status: law, error: isFailed ? 'Not in service' : null, undelivered: isFailed });
        // Told once and brought back once, however often it was reported; a failure that others overtook may never have shown.
        expect(failures).toBeLessThanOrEqual(1);
        expect(reopened).toBe(failures);
        if (law === 'failed') expect(reopened).toBe(1);
      }),
      { numRuns: 150 },
    );
  });

  /** What is reported of a mail to `ann`, with `bob` in copy: of whom, what, and in which words. */
  interface MailReport {
    readonly recipient?: string;
    readonly result: 'delivered' | 'read' | 'failed';
    readonly diagnostic?: string;
  }
  const [ann, bob, stranger] = ['ann@alias.example', 'bob@example.org', 'ann@forwarded.example'];
  const mailReports: readonly MailReport[] = [
    { recipient: ann, result: 'delivered' },
    { recipient: ann, result: 'read' },
    { recipient: ann, result: 'failed', diagnostic: 'Mailbox full' },
    { recipient: ann, result: 'failed', diagnostic: 'User unknown' },
    { recipient: bob, result: 'delivered' },
    { recipient: bob, result: 'failed', diagnostic: 'Mailbox full' },
    { recipient: stranger, result: 'failed', diagnostic: 'User unknown' },
    { recipient: stranger, result: 'delivered' },
    { result: 'failed', diagnostic: 'No such user' },
  ];

  /** How a report names the mail, besides by the address that it came to: by our Message-ID, by the one that a relay gave it, or not. */
  const names = ['ours', 'a relay’s', 'none'] as const;
  const mailAnswers = {
    lost: { result: 'unknown', error: 'The answer was lost' },
    later: { result: 'retry', error: '451', afterMs: 0 },
    never: { result: 'failed', error: '550' },
  } as const;
  interface Way {
    readonly to: string[];
    readonly atOnce: boolean;
    readonly together: boolean;
    /** What the mail server said of some as it took the mail for the others. */
    readonly refused: string | undefined;
    /** What the mail server said: that it took the mail, which was lost, that it puts it off, or that it refuses it. */
    readonly answer: keyof typeof mailAnswers | 'taken';
    readonly named: (typeof names)[number];
  }

  async function playMail(
    steps: readonly ('settle' | MailReport)[],
    { to, atOnce, together, refused, answer, named }: Way,
  ) {
    const { sql } = ground().db;
    const sent = await sending('email', 'email', to);
    const externalId = `<${sent.id}@patchbay.test>`;
    const messageId = { ours: externalId, 'a relay’s': `<${sent.id}@relay.example>`, none: undefined }[named];
    await sql.query('update outbound set attempts = 1 where id = $1', [sent.id]);
    const outcome =
      answer === 'taken' ? ({ result: 'sent', externalId, error: refused } as const) : mailAnswers[answer];
    await inOrder(steps, atOnce, (step) => {
      if (step !== 'settle') {
        const report = { ...step, outboundId: sent.id, messageId, permanent: false };
        const contact = { from: 'mailer-daemon@alias.example', reports: [report] };
        return sql.query('select apply_contact_reports(null, $1)', [JSON.stringify(contact)]);
      }
      return together || answer !== 'taken'
        ? settleOutbounds(sql, [{ id: sent.id, attempt: 1, outcome }])
        : settleOutbound(sql, sent.id, outcome);
    });
    return outcomeOf(sent);
  }

  it.each([
    ['to one', [ann]],
    ['with a copy', [ann, bob]],
  ])('is the same for mail %s, and no bounce is hidden by good news', async (_name, to) => {
    const isOne = to.length === 1;
    const about = isOne ? mailReports.filter(({ recipient }) => recipient !== bob) : mailReports;
    const steps = fc
      .array(fc.constantFrom(...about), { maxLength: 6 })
      .chain((reports) =>
        fc.shuffledSubarray<'settle' | MailReport>([...reports, 'settle'], { minLength: reports.length + 1 }),
      );
    const refused = isOne ? fc.constant(undefined) : fc.constantFrom(undefined, 'Not taken for bob@example.org (550)');
    const ways = fc.record<Way>({
      to: fc.constant(to),
      atOnce: fc.boolean(),
      together: fc.boolean(),
      refused,
      answer: fc.constantFrom('taken', 'lost', 'later', 'never'),
      named: fc.constantFrom(...names),
    });
    await fc.assert(
      fc.asyncProperty(steps, ways, async (list, way) => {
        const reports = list.filter((step) => step !== 'settle');
        const { answer } = way;
        if ((answer === 'lost' || answer === 'later') && reports.length === 0) {
          const [status, undelivered] = answer === 'lost' ? ['unknown', true] : ['queued', false];
          expect((await playMail(list, way)).end).toEqual({ status, error: mailAnswers[answer].error, undelivered });
          return;
        }
        // Whoever speaks of a mail that was not refused has it, whatever was answered. What names whom it is for, and of one recipient what names nobody.
        const status = reports
          .filter(({ recipient }) => recipient === ann || (isOne && recipient === undefined))
          .map(({ result }) => result)
          .reduce<DeliveryStatus>(forwardStatus, 'sent');
        const failures = reports
          .filter(({ result }) => result === 'failed')
          .map(({ recipient, diagnostic = '' }) =>
            recipient === undefined || (isOne && recipient === ann) ? diagnostic : `${recipient}: ${diagnostic}`,
          );
        const sorted = [...new Set(failures)].toSorted((one, other) => (one < other ? -1 : 1));
        const said = { taken: way.refused, lost: undefined, later: undefined, never: mailAnswers.never.error }[answer];
        const error = [...(said ? [said] : []), ...sorted].join('; ');
        const { end, reopened } = await playMail(list, way);
        const isRefused = answer === 'never';
        expect(end).toEqual({ status: isRefused ? 'failed' : status, error: error || null, undelivered: error !== '' });
        expect(reopened).toBe(isRefused || failures.length > 0 ? 1 : 0);
      }),
      { numRuns: 150 },
    );
  });

  it.each(['delivered', 'failed'] as const)(
    'what is reported of one whom a try reached (%s) says nothing of those who were put off: they are sent it, and of them it is of unknown end',
    async (result) => {
      const { sql } = ground().db;
      const { id } = await sending('email', 'email', [ann, bob]);
      await sql.query('update outbound set attempts = 1 where id = $1', [id]);
      const externalId = `<${id}@patchbay.test>`;
      const tell = () => {
        const report = { outboundId: id, messageId: externalId, recipient: ann, result, permanent: false };
        return sql.query('select apply_contact_reports(null, $1)', [JSON.stringify({ reports: [report] })]);
      };
      await tell();
      const partly = { result: 'retry', externalId, error: '451', reached: [ann], putOff: true, afterMs: 0 } as const;
      await settleOutbounds(sql, [{ id, attempt: 1, outcome: partly }]);
      await tell();
      const [claimed] = await claimOutbounds(sql, [id]);
      expect(claimed).toMatchObject({ outboundId: id, attempts: 2, reached: [ann] });
      await tell();
      await settleOutbounds(sql, [{ id, attempt: 2, outcome: mailAnswers.lost }]);
      const { rows } = await sql.query('select status, error from outbound where id = $1', [id]);
      expect(rows).toEqual([{ status: 'unknown', error: mailAnswers.lost.error }]);
    },
  );

  const moments = [
    'before the first end',
    'between the tries',
    'while the second is under way',
    'in doubt',
    'left to a person',
  ] as const;
  it.each(moments.flatMap((moment) => (['delivered', 'failed'] as const).map((result) => [moment, result] as const)))(
    'what is reported %s of one whom a try reached (%s) hides no doubt about those who were put off',
    async (moment, result) => {
      const { sql } = ground().db;
      const sent = await sending('email', 'email', [ann, bob]);
      const { id } = sent;
      await sql.query('update outbound set attempts = 1 where id = $1', [id]);
      const externalId = `<${id}@patchbay.test>`;
      const at = async (now: (typeof moments)[number]) => {
        const report = {
          outboundId: id,
          messageId: externalId,
          recipient: ann,
          result,
          permanent: false,
          diagnostic: 'No',
        };
        if (now === moment)
          await sql.query('select apply_contact_reports(null, $1)', [JSON.stringify({ reports: [report] })]);
      };
      await at('before the first end');
      const partly = { result: 'retry', externalId, error: '451', reached: [ann], putOff: true, afterMs: 0 } as const;
      await settleOutbounds(sql, [{ id, attempt: 1, outcome: partly }]);
      await at('between the tries');
      await claimOutbounds(sql, [id]);
      await at('while the second is under way');
      await settleOutbounds(sql, [{ id, attempt: 2, outcome: mailAnswers.lost }]);
      await at('in doubt');
      await leaveToPerson(sql, id, 'Decide it');
      await at('left to a person');
      const isFailed = result === 'failed';
      const { end, failures, reopened } = await outcomeOf(sent);
      expect(end).toEqual({
        status: isFailed ? 'failed' : 'unknown',
        error: isFailed ? `Decide it; ${ann}: No` : 'Decide it',
        undelivered: true,
      });
      expect([failures > 0, reopened]).toEqual([isFailed, 1]);
      // Whoever decides about the others says nothing of the one of whom it is known.
      expect(await resolveOutbound(sql, id, isFailed ? 'failed' : 'sent', author.agentId)).toBe('resolved');
      expect((await outcomeOf(sent)).end).toMatchObject({ status: result, undelivered: false });
    },
  );

  /** How asking a source ended: it took the message, under our id or one of its own; or nobody knows, it is asked again, or it refused. */
  const answers = ['ours', 'theirs', 'unknown', 'retry', 'failed'] as const;
  interface SourceReport {
    readonly by: 'our id' | 'their id';
    readonly status: 'delivered' | 'read' | 'failed';
  }

  async function playSource(
    steps: readonly ('settle' | SourceReport)[],
    answer: (typeof answers)[number],
    atOnce: boolean,
  ) {
    const { sql } = ground().db;
    const channelAccount = `http:${randomUUID()}`;
    const sent = await sending('http', channelAccount, ['u1']);
    await sql.query('update outbound set attempts = 1 where id = $1', [sent.id]);
    const theirs = `theirs-${sent.id}`;
    const outcome: OutboundResult = {
      ours: { result: 'sent', externalId: sent.id } as const,
      theirs: { result: 'sent', externalId: theirs } as const,
      unknown: { result: 'unknown', error: 'The hub stopped' } as const,
      retry: { result: 'retry', error: 'HTTP 503', afterMs: 0 } as const,
      failed: { result: 'failed', error: 'HTTP 400' } as const,
    }[answer];
    await inOrder(steps, atOnce, (step) =>
      step === 'settle'
        ? settleOutbounds(sql, [{ id: sent.id, attempt: 1, outcome }])
        : recordDelivery(sql, {
            channelAccount,
            externalId: step.by === 'our id' ? sent.id : theirs,
            status: step.status,
            at: new Date().toISOString(),
            ...(step.status === 'failed' && { error: 'Nobody there' }),
          }),
    );
    return outcomeOf(sent);
  }

  it('is the same for a source, which may speak of a message by our id before it has answered', async () => {
    const report = fc.record<SourceReport>({
      by: fc.constantFrom('our id', 'their id'),
      status: fc.constantFrom('delivered', 'read', 'failed'),
    });
    const steps = fc
      .array(report, { maxLength: 5 })
      .chain((reports) =>
        fc.shuffledSubarray<'settle' | SourceReport>([...reports, 'settle'], { minLength: reports.length + 1 }),
      );
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(...answers), fc.boolean(), async (list, answer, atOnce) => {
        const reports = list.filter((step) => step !== 'settle');
        const known = reports.filter(({ by }) => by === 'our id' || answer === 'theirs').map(({ status }) => status);
        const { status, error } = (await playSource(list, answer, atOnce)).end;
        // Whoever speaks of a message has it, whatever they answered.
        const taken = known.length > 0 || answer === 'ours' || answer === 'theirs';
        const law = known.reduce<DeliveryStatus>(forwardStatus, 'sent');
        // Of two failures the first is told.
        const words = answer === 'failed' ? ['Nobody there', 'HTTP 400'] : ['Nobody there'];
        const isTold = law === 'failed' ? words.includes(error ?? '') : error === null;
        if (taken) expect([status, isTold]).toEqual([law, true]);
        else expect(status).toBe(answer === 'retry' ? 'queued' : answer);
      }),
      { numRuns: 150 },
    );
  });

  it('what was reported is looked at before a message of unknown end is left to a person', async () => {
    const { sql } = ground().db;
    const channelAccount = `http:${randomUUID()}`;
    const [app, mail] = [await sending('http', channelAccount, ['u1']), await sending('email', 'email', [ann])];
    const report = { channelAccount, externalId: app.id, status: 'delivered', at: new Date().toISOString() } as const;
    await recordDelivery(sql, report);
    const bounce = { outboundId: mail.id, recipient: ann, result: 'failed', diagnostic: 'Mailbox full' };
    await sql.query('select apply_contact_reports(null, $1)', [JSON.stringify({ reports: [bounce] })]);
    // As an earlier release left them.
    await sql.query(
      `with o as (update outbound set status = 'unknown' where id = any ($1) returning message_id)
       update message m set delivery_status = 'unknown' from o where m.id = o.message_id`,
      [[app.id, mail.id]],
    );
    for (const { id } of [app, mail]) await leaveToPerson(sql, id, 'The provider cannot tell');
    expect((await outcomeOf(app)).end).toEqual({ status: 'delivered', error: null, undelivered: false });
    expect((await outcomeOf(mail)).end).toMatchObject({ status: 'failed', undelivered: true });
  });

  it('a report of several recipients and the record of the send never wait for each other', async () => {
    const { db } = ground();
    const [sent, other] = [await sending('email', 'email', [ann, bob]), await sending('email', 'email', [ann])];
    const outcome = { result: 'sent', externalId: `<${sent.id}@patchbay.test>` } as const;
    const report = { outboundId: sent.id, messageId: outcome.externalId, permanent: false };
    const reports = [
      { ...report, recipient: ann, result: 'delivered' },
      // Of another message, and to be marked: that waits here, in the midst of it.
      {
        outboundId: other.id,
        messageId: `<${other.id}@patchbay.test>`,
        recipient: ann,
        result: 'failed',
        permanent: true,
      },
      { ...report, recipient: bob, result: 'failed', diagnostic: 'Mailbox full' },
    ];
    const thatWait = async () => {
      const { rows } = await db.sql.query<{ count: number }>(
        `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows[0]?.count;
    };
    const begun = await db.transaction(async (tx) => {
      await tx.query(
        `insert into address_mark (kind, value, mark, reason) values ('email', $1, 'undeliverable', 'x')`,
        [ann],
      );
      const told = db.sql.query('select apply_contact_reports(null, $1)', [JSON.stringify({ reports })]);
      await eventually(thatWait, (count) => count === 1);
      const settled = settleOutbounds(db.sql, [{ id: sent.id, attempt: 0, outcome }]);
      await eventually(thatWait, (count) => count === 2);
      return { ends: Promise.allSettled([told, settled]) };
    });
    expect((await begun.ends).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect((await outcomeOf(sent)).end).toEqual({
      status: 'delivered',
      error: `${bob}: Mailbox full`,
      undelivered: true,
    });
    await db.sql.query('delete from address_mark where value = $1', [ann]);
  });

  it('takes tokens by the same law as the domain', async () => {
    const { db } = ground();
    const moments = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 6 });
    const limit = fc.record({
      perSecond: fc.double({ min: 0.1, max: 20, noNaN: true }),
      burst: fc.integer({ min: 1, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(limit, moments, async (rate, steps) => {
        let bucket = { tokens: 0, at: 0 };
        for (const step of steps) {
          const { rows } = await db.sql.query<{ tokens: number }>('select bucket_tokens($1, $2, $3, $4) as tokens', [
            bucket.tokens,
            step / 1000,
            rate.perSecond,
            rate.burst,
          ]);
          const next = takeToken(bucket, rate, bucket.at + step);
          expect((rows[0]?.tokens ?? 0) - (next.waitMs === 0 ? 1 : 0)).toBeCloseTo(next.bucket.tokens, 6);
          bucket = next.bucket;
        }
      }),
      { numRuns: 50 },
    );
  });

  it('gives no more tokens than its burst to many who ask at once', async () => {
    const { db } = ground();
    await db.sql.query(
      `insert into sending_account (channel, account, rate, burst, tokens) values ('sms', 'many', 0.01, 5, 5)`,
    );
    const waits = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const { rows } = await db.sql.query<{ wait: number }>(`select take_sending_token('sms', 'many', true) as wait`);
        return rows[0]?.wait ?? 0;
      }),
    );
    expect(waits.filter((wait) => wait === 0)).toHaveLength(5);
    // Each of the others comes back at a moment of its own.
    expect(new Set(waits.filter((wait) => wait > 0).map((wait) => Math.round(wait / 50_000))).size).toBe(35);
  });

  it.each([
    ['empty', { tokens: 0, waits: '' }],
    ['with others that wait', { tokens: 0, waits: "last_slot = now() + interval '1 hour 1 second'," }],
    ['at rest', { tokens: 5, waits: "paused_until = now() + interval '1 hour 1 second'," }],
  ])('a clock that was set back by an hour stops no account: %s', async (name, { tokens, waits }) => {
    const { db } = ground();
    await db.sql.query(`insert into sending_account (channel, account, rate, burst) values ('sms', $1, 5, 5)`, [name]);
    await db.sql.query(
      `update sending_account set ${waits} tokens = $2, refilled_at = now() + interval '1 hour' where account = $1`,
      [name, tokens],
    );
    const take = async () =>
      (await db.sql.query<{ wait: number }>(`select take_sending_token('sms', $1, false) as wait`, [name])).rows[0]
        ?.wait;
    expect(await take()).toBeLessThanOrEqual(2_100);
    const { rows } = await db.sql.query(
      `select refilled_at <= clock_timestamp() as now, coalesce(last_slot, paused_until) < now() + interval '3 seconds' as soon
       from sending_account where account = $1`,
      [name],
    );
    expect(rows).toEqual([{ now: true, soon: true }]);
  });
});
