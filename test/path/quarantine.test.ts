import { randomUUID } from 'node:crypto';
import { HubError } from '@patchbay/contracts';
import type { HubOverrides } from '@patchbay/engine';
import { quarantine } from '@patchbay/engine/pipeline/receive';
import { signReplyAddress } from '@patchbay/channels/email/reply-address';
import twilio from 'twilio';
import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { besideTheQueue, onBothBackends } from '../support/backends.ts';
import type { Backend } from '../support/backends.ts';
import { addAgent, grace } from '../support/browser-desk.ts';
import { carrierAccount, carrierEnvironment, centreNumber, postSigned, smsFields } from '../support/carrier.ts';
import { createClient, eventually } from '../support/client.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { shared } from '../support/shared.ts';
import { sendByWire } from '../support/smtp-wire.ts';

type Channels = Parameters<NonNullable<HubOverrides['channels']>>[0];

const newSid = () => `SM${randomUUID().replaceAll('-', '')}`;

/** Adapters for text messages and calls that have not learned one thing yet, until they are mended. */
function mendable() {
  const state = { mended: false };
  const channels = (all: Channels): Channels => {
    const sms = all.get('sms');
    const phone = all.get('phone');
    if (!sms || !phone) throw new Error('There is no channel for text messages or none for calls');
    const parse: typeof sms.parse = (request) => {
      const body = new URLSearchParams(Buffer.from(request.body).toString()).get('Body') ?? '';
      if (!state.mended && body.startsWith('poison'))
        throw new HubError('invalid_input', `Body: "${body}" is a kind of text that is not known`);
      return sms.parse(request);
    };
    const parseCall: typeof phone.parse = (request) => {
      if (!state.mended) throw new HubError('invalid_input', 'CallSid: a kind of call that is not known');
      return phone.parse(request);
    };
    return new Map([...all, ['sms', { ...sms, parse }], ['phone', { ...phone, parse: parseCall }]]);
  };
  return { state, channels };
}

async function startCentre(backend: Backend) {
  await using stack = new AsyncDisposableStack();
  const adapter = mendable();
  const hub = stack.use(
    await startHub(backend, {
      env: carrierEnvironment('http://127.0.0.1:1'),
      overrides: { channels: adapter.channels },
    }),
  );
  const desk = stack.use(await openDesk(hub.url, apiKey));
  await addAgent(hub.api);
  const owned = stack.move();
  const get = async (path: string) => (await hub.api('GET', `/api/v1${path}`)).body;
  const items = async (query: string) => (await get(`/inbox?limit=200&${query}`)).items as { id: string }[];
  return {
    ...hub,
    desk,
    adapter,
    get,
    items,
    bulk: (body: unknown) => hub.api('POST', '/api/v1/inbox/bulk', body),
    /** Sends a text message that cannot be read. @returns its row's id */
    async poison(body: string, extra: Record<string, string> = {}): Promise<string> {
      const fields = { ...smsFields({ sid: newSid(), from: '+4915112349999', body }), ...extra };
      expect((await postSigned(hub.url, '/webhooks/twilio/sms', fields)).status).toBe(400);
      const found = await items(`state=quarantined&q=${encodeURIComponent(body)}`);
      return found[0]?.id ?? '';
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

onBothBackends('the quarantine', (backend) => {
  const aside = besideTheQueue(backend);
  const centre = shared(() => startCentre(backend));

  aside('shows what was received, with its secrets masked', async () => {
    const { get, poison, api } = centre();
    const id = await poison('poison <script>alert(1)</script>', { AuthToken: 'very-s3cret' });
    const detail = await get(`/inbox/${id}/detail`);
    expect(detail).toMatchObject({
      id,
      kind: 'fields',
      fieldsCut: false,
      rawSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(detail.size).toBeGreaterThan(100);
    expect(detail.fields).toContainEqual({ name: 'From', value: '+4915112349999', masked: false });
    expect(detail.fields).toContainEqual({ name: 'AuthToken', value: '', masked: true });
    expect(JSON.stringify(detail)).not.toContain('very-s3cret');
    const text = await api('GET', `/api/v1/inbox/${id}/text`);
    expect(text.headers.get('content-type')).toContain('application/json');
    expect(text.body).toMatchObject({
      truncated: false,
      size: detail.size,
      text: expect.stringContaining('Body=poison'),
    });
    expect((await api('GET', `/api/v1/inbox/${id}/raw`)).headers.get('content-disposition')).toContain('attachment');
  });

  aside('shows the headers of a mail', async () => {
    const { ground, get, items } = centre();
    const mail = Buffer.from(
      'From: ada@example.org\r\nSubject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <h1@example.org>\r\n\r\nHello\r\n',
    );
    expect(await sendByWire(ground.smtpPort, mail, false)).toMatch(/^250 /);
    const [{ id } = { id: '' }] = await eventually(
      () => items('state=done'),
      (found) => found.length > 0,
    );
    const detail = await get(`/inbox/${id}/detail`);
    expect(detail).toMatchObject({ kind: 'headers', preview: 'Hello' });
    expect(detail.fields).toContainEqual({ name: 'Subject', value: 'Grüße', masked: false });
  });

  aside('groups what fails alike, and finds by channel, group, age and text', async () => {
    const { get, items, poison } = centre();
    const ids = [await poison('poison needle 1'), await poison('poison needle 22')];
    const { items: groups } = await get('/inbox/groups');
    const group = groups.find(({ reason }: { reason: string }) => reason.includes('is a kind of text'));
    expect(group).toMatchObject({ channel: 'sms', key: 'Body: … is a kind of text that is not known' });
    expect(group.count).toBeGreaterThanOrEqual(2);
    const key = encodeURIComponent(group.key);
    const found = async (query: string) => (await items(`state=quarantined&${query}`)).map(({ id }) => id);
    expect(await found(`group=${key}`)).toEqual(expect.arrayContaining(ids));
    expect((await found('q=needle')).toSorted()).toEqual(ids.toSorted());
    expect(await found('q=need%25le')).toEqual([]);
    expect(await found('channel=email')).toEqual([]);
    expect(await found('olderThan=5')).toEqual([]);
    expect((await get('/inbox/summary')).waiting).toBeGreaterThanOrEqual(2);
    expect((await centre().api('GET', '/api/v1/inbox?state=done&q=x')).status).toBe(400);
    for (const state of ['pending', 'done', 'duplicate', 'quarantined'])
      expect((await centre().api('GET', `/api/v1/inbox?state=${state}`)).status, state).toBe(200);
  });

  it('discards with a reason, keeps the bytes, tells it live, and takes it back', async () => {
    const { bulk, poison, get, desk, api } = centre();
    const id = await poison('poison to discard');
    expect((await bulk({ action: 'discard', ids: [id] })).status).toBe(400);
    const unknown = randomUUID();
    const first = await bulk({ action: 'discard', ids: [id, id, unknown], reason: 'A test of the carrier' });
    expect(first.body).toEqual({
      more: false,
      outcomes: expect.arrayContaining([
        { id, outcome: 'discarded' },
        { id: unknown, outcome: 'not-found' },
      ]),
    });
    expect(first.body.outcomes).toHaveLength(2);
    const event = await desk.event('contact.discarded', ({ data }) => data['inboxId'] === id);
    expect(event).toMatchObject({ actorId: expect.any(String), data: { reason: 'A test of the carrier' } });
    expect(await get(`/inbox/${id}`)).toMatchObject({
      state: 'discarded',
      discarded: { by: expect.any(String), at: expect.any(String), reason: 'A test of the carrier' },
    });
    expect((await api('GET', `/api/v1/inbox/${id}/raw`)).body).toContain('poison+to+discard');
    // Again, and what does not fit any more.
    expect((await bulk({ action: 'discard', ids: [id], reason: 'again' })).body.outcomes).toEqual([
      { id, outcome: 'unchanged' },
    ]);
    expect((await bulk({ action: 'replay', ids: [id] })).body.outcomes).toEqual([{ id, outcome: 'conflict' }]);
    expect((await api('POST', `/api/v1/inbox/${id}/replay`)).status).toBe(409);
    expect((await bulk({ action: 'restore', ids: [id] })).body.outcomes).toEqual([{ id, outcome: 'restored' }]);
    await desk.event('contact.restored', ({ data }) => data['inboxId'] === id);
    expect(await get(`/inbox/${id}`)).toMatchObject({ state: 'quarantined', discarded: null });
    expect((await bulk({ action: 'restore', ids: [id] })).body.outcomes).toEqual([{ id, outcome: 'unchanged' }]);
  });

  it('says what a replay failed of, and replays many once the adapter is mended', async () => {
    const { bulk, poison, get, desk, adapter, items } = centre();
    const id = await poison('poison to replay');
    await bulk({ action: 'replay', ids: [id] });
    await desk.event('contact.replay-failed', ({ data }) => data['inboxId'] === id);
    expect(await get(`/inbox/${id}`)).toMatchObject({ state: 'quarantined', replaying: false, attempts: 1 });
    const all = (await items('state=quarantined')).map((item) => item.id);
    adapter.state.mended = true;
    try {
      const { body } = await bulk({ action: 'replay', filter: { channel: 'sms' } });
      expect(body.outcomes.toSorted((a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id))).toEqual(
        all.toSorted().map((one) => ({ id: one, outcome: 'queued' })),
      );
      await eventually(
        () => items('state=quarantined'),
        (left) => left.length === 0,
      );
      for (const one of all) {
        const done = await eventually(
          () => get(`/inbox/${one}`),
          ({ state }) => state === 'done',
        );
        expect(done.messageId).toEqual(expect.any(String));
      }
    } finally {
      adapter.state.mended = false;
    }
  });

  it('discards a group page by page as it was seen, and nothing that joined it since', async () => {
    const { bulk, poison, get, items, desk, hub } = centre();
    const group = 'Seen # times';
    const fail = (ids: string[], n = 1) =>
      hub.parts.db.sql.query('update inbox set reason = $2 where id = any($1)', [ids, `Seen ${n} times`]);
    // More than one call moves.
    await hub.parts.db.sql.query(
      `insert into inbox (channel, channel_account, external_id, raw_type, raw_sha256, state, reason, correlation_id, received_at, next_attempt_at)
       select 'sms', '+15005550006', 'many-' || n, 'text/plain', repeat('a', 64), 'quarantined', 'Seen ' || n || ' times', 'c', now(), now()
       from generate_series(1, 501) n`,
    );
    const seen = async () =>
      (await get('/inbox/groups')).items.find(({ key }: { key: string }) => key === group) as {
        count: number;
        newestAt: string;
      };
    const { count, newestAt } = await seen();
    expect(count).toBe(501);
    const filter = { group, channel: 'sms' };
    const discard = (asSeen: object | undefined) =>
      bulk({ action: 'discard', filter, reason: 'A test of the carrier', ...(asSeen && { seen: asSeen }) });
    expect((await discard(undefined)).status).toBe(400);

    const later = await poison('poison that came meanwhile');
    await fail([later]);
    const first = await discard({ count, until: newestAt });
    expect(first.body).toMatchObject({ more: true, left: 1 });
    expect(first.body.outcomes).toHaveLength(500);

    // One that failed of something else when the group was seen.
    const other = await poison('poison of another group');
    await fail([other]);
    await hub.parts.db.sql.query('update inbox set quarantined_at = $2 where id = $1', [other, newestAt]);
    const refused = await discard({ count: first.body.left, until: newestAt });
    expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('2') } });
    expect(await get(`/inbox/${other}`)).toMatchObject({ state: 'quarantined' });
    await hub.parts.db.sql.query(`update inbox set reason = 'Something else' where id = $1`, [other]);

    const last = await discard({ count: first.body.left, until: newestAt });
    expect(last.body).toMatchObject({ more: false, left: 0, outcomes: [{ outcome: 'discarded' }] });
    expect((await seen()).count).toBe(1);
    expect(await get(`/inbox/${later}`)).toMatchObject({ state: 'quarantined' });
    const [{ id } = { id: '' }] = await items(`state=discarded&group=${encodeURIComponent(group)}`);
    expect(await get(`/inbox/${id}`)).toMatchObject({
      discarded: { at: expect.any(String), byName: expect.stringMatching(/\S/), reason: 'A test of the carrier' },
    });
    await desk.event('contact.discarded', ({ data }) => data['inboxId'] === last.body.outcomes[0].id);
    await bulk({ action: 'discard', ids: [later, other], reason: 'Done' });
  });

  it('replays a group page by page, and what fails once more is not begun with again', async () => {
    const { bulk, poison, get, desk } = centre();
    const ids = [await poison('poison for pages'), await poison('poison for the next page')].toSorted();
    const { channel, reason } = await get(`/inbox/${ids[0]}`);
    const filter = { channel, group: reason.replace(/"[^"]*"/, '…') };
    const { outcomes } = (await bulk({ action: 'replay', filter })).body;
    expect(outcomes.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining(ids));
    for (const id of ids) await desk.event('contact.replay-failed', ({ data }) => data['inboxId'] === id);
    expect((await bulk({ action: 'replay', filter: { ...filter, after: ids[0] } })).body.outcomes).toEqual([
      { id: ids[1], outcome: 'queued' },
    ]);
  });

  it('finds a replay whose job was lost', async () => {
    const { poison, get, adapter, hub } = centre();
    const id = await poison('poison whose job is lost');
    adapter.state.mended = true;
    try {
      await hub.parts.db.sql.query(
        `update inbox set replay_requested_at = now() - interval '1 minute', replay_requested_by = 'x' where id = $1`,
        [id],
      );
      await eventually(
        () => get(`/inbox/${id}`),
        ({ state }) => state === 'done',
      );
    } finally {
      adapter.state.mended = false;
    }
  });

  it('loses nothing when one is discarded while it is being replayed', async () => {
    const { bulk, poison, get, adapter, hub } = centre();
    const ids: string[] = [];
    for (let n = 0; n < 12; n += 1) ids.push(await poison(`poison race ${n} of twelve`));
    adapter.state.mended = true;
    try {
      const [, discarded] = await Promise.all([
        bulk({ action: 'replay', ids }),
        bulk({ action: 'discard', ids, reason: 'in the same moment' }),
        ...ids.map((id) => centre().api('POST', `/api/v1/inbox/${id}/replay`)),
      ]);
      const gone = new Set(
        discarded.body.outcomes
          .filter(({ outcome }: { outcome: string }) => outcome === 'discarded')
          .map(({ id }: { id: string }) => id),
      );
      for (const id of ids) {
        const item = await eventually(
          () => get(`/inbox/${id}`),
          ({ state }) => state === 'done' || state === 'discarded',
        );
        expect(item.state === 'discarded', `${id} is ${item.state}`).toBe(gone.has(id));
        const { rows } = await hub.parts.db.sql.query<{ n: number }>(
          'select count(*)::int as n from message where inbox_id = $1',
          [id],
        );
        expect(rows[0]?.n).toBe(gone.has(id) ? 0 : 1);
      }
    } finally {
      adapter.state.mended = false;
    }
  });

  it('is moved once by two people at the same moment', async () => {
    const { bulk, poison, get, adapter, api, hub } = centre();
    const ids = [await poison('poison for two, one'), await poison('poison for two, two')];
    const [first, second] = ids as [string, string];
    const reason = { reason: 'at once' };
    const outcome = ({ body }: { body: { outcomes: { outcome: string }[] } }) => body.outcomes[0]?.outcome ?? '';
    adapter.state.mended = true;
    try {
      const answers = await Promise.all([1, 2].map(() => api('POST', `/api/v1/inbox/${first}/replay`)));
      expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['200', '409']);
      const discards = await Promise.all([1, 2].map(() => bulk({ action: 'discard', ids: [second], ...reason })));
      expect(discards.map(outcome).toSorted()).toEqual(['discarded', 'unchanged']);
      const restores = await Promise.all([1, 2].map(() => bulk({ action: 'restore', ids: [second] })));
      expect(restores.map(outcome).toSorted()).toEqual(['restored', 'unchanged']);
      const replays = await Promise.all([1, 2].map(() => bulk({ action: 'replay', ids: [second] })));
      expect(replays.map(outcome).filter((one) => one === 'queued')).toHaveLength(1);
      for (const id of ids)
        await eventually(
          () => get(`/inbox/${id}`),
          ({ state }) => state === 'done',
        );
      const { rows } = await hub.parts.db.sql.query<{ type: string; n: number }>(
        `select type, count(*)::int as n from event where data ->> 'inboxId' = any($1) and type like 'contact.%' group by 1 order by 1`,
        [ids],
      );
      expect(rows).toEqual([
        { type: 'contact.discarded', n: 1 },
        { type: 'contact.quarantined', n: 2 },
        { type: 'contact.replayed', n: 2 },
        { type: 'contact.restored', n: 1 },
      ]);
    } finally {
      adapter.state.mended = false;
    }
  });

  it('keeps the envelopes of a mail, and decides by them when it is read anew', async () => {
    const { ground, hub, get, items, api } = centre();
    const { parts } = hub;
    expect(await sendByWire(ground.smtpPort, Buffer.alloc(3_000_000, 'x'), false)).toMatch(/^250 /);
    const [unreadable] = await items('state=quarantined&channel=email');
    const { rows } = await parts.db.sql.query('select envelopes from inbox where id = $1', [unreadable?.id]);
    expect(rows).toMatchObject([
      {
        envelopes: [
          {
            from: 'sender@example.org',
            to: ['support@patchbay.test'],
            peer: { address: '127.0.0.1', helo: 'client.example' },
          },
        ],
      },
    ]);

    const mail = (id: string) =>
      Buffer.from(`From: kay@example.org\r\nSubject: ${id}\r\nMessage-ID: <${id}@example.org>\r\n\r\n${id}\r\n`);
    const settled = (id: string) =>
      eventually(
        () => get(`/inbox/${id}`),
        ({ state }) => state === 'done',
      );
    const aside = (id: string, envelope: object) =>
      quarantine(
        parts,
        { channel: 'email', channelAccount: 'email', externalId: `<${id}@unreadable>` },
        'Not understood yet',
        { bytes: mail(id), contentType: 'message/rfc822', envelope: { ...envelope } },
      );
    expect(await sendByWire(ground.smtpPort, mail('env-1'), false)).toMatch(/^250 /);
    const { ticketId } = await eventually(
      async () =>
        (await api('GET', `/api/v1/messages?externalId=${encodeURIComponent('<env-1@example.org>')}`)).body.items[0],
      (message) => message !== undefined,
    );
    const signed = signReplyAddress(ticketId, 'patchbay.test', parts.signingKey);
    const { inboxId } = await aside('env-2', { from: 'kay@example.org', to: [signed] });
    await aside('env-2', { from: 'kay@example.org', to: [signed] });
    await aside('env-2', { from: null, to: ['Sales@patchbay.test'] });
    expect((await api('POST', `/api/v1/inbox/${inboxId}/replay`)).status).toBe(200);
    expect(await settled(inboxId)).toMatchObject({ ticketId, externalId: '<env-2@example.org>' });
    const contactOf = async (id: string) =>
      (await parts.db.sql.query<{ contact: object }>('select contact from inbox where id = $1', [id])).rows[0]?.contact;
    expect(await contactOf(inboxId)).toMatchObject({ deliveredTo: ['sales@patchbay.test'] });

    const bounce = await aside('env-3', { from: '', to: ['support@patchbay.test'] });
    expect((await api('POST', `/api/v1/inbox/${bounce.inboxId}/replay`)).status).toBe(200);
    expect(await contactOf(bounce.inboxId)).toMatchObject({ automatic: true });
  });

  it('keeps each webhook that comes by GET, with what it says, and replays it', async () => {
    const { url, items, get, api, hub } = centre();
    const fields = (body: string) => smsFields({ sid: newSid(), from: '??? odd sender ???', body });
    const call = async (form: Record<string, string>) => {
      const target = `${url}/webhooks/twilio/sms?${new URLSearchParams(form)}`;
      const signature = twilio.getExpectedTwilioSignature(carrierAccount.authToken, target, {});
      return (await fetch(target, { headers: { 'x-twilio-signature': signature } })).status;
    };
    const odd = fields('By GET & once');
    const before = new Set((await items('state=quarantined')).map(({ id }) => id));
    for (const form of [odd, odd, fields('By GET & again')]) expect(await call(form)).toBe(400);
    const rows = (await items('state=quarantined')).filter(({ id }) => !before.has(id));
    expect(rows).toHaveLength(2);
    for (const { id } of rows) {
      expect((await get(`/inbox/${id}/detail`)).fields).toContainEqual(
        expect.objectContaining({ name: 'Body', value: expect.stringContaining('By GET & ') }),
      );
      expect((await api('POST', `/api/v1/inbox/${id}/replay`)).body.detail).toMatch(/^From: /);
      // As an adapter that has learned such senders would read it.
      await hub.parts.db.sql.query(
        `update inbox set raw = convert_to(replace(convert_from(raw, 'UTF8'), '%3F%3F%3F+odd+sender+%3F%3F%3F', '%2B4915112349998'), 'UTF8') where id = $1`,
        [id],
      );
      expect((await api('POST', `/api/v1/inbox/${id}/replay`)).status).toBe(200);
      await eventually(
        () => get(`/inbox/${id}`),
        ({ state }) => state === 'done',
      );
    }
  });

  it('keeps what the address of a step of a call says, shows it to nobody, and reads it again', async () => {
    const { url, items, get, api, hub, adapter } = centre();
    const { sql } = hub.parts.db;
    const [caller, account] = ['+4915112349997', '+15005550077'];
    const path = (step: string, query: Record<string, string>) =>
      `/webhooks/twilio/voice/${step}?${new URLSearchParams(query)}`;
    const waiting = async () => (await items('state=quarantined&channel=phone')).map(({ id }) => id);
    const keptOf = async (target: string, fields: Record<string, string>, method = 'POST') => {
      const before = new Set(await waiting());
      if (method === 'POST') expect((await postSigned(url, target, fields)).status).toBe(400);
      else {
        const whole = `${url}${target}&${new URLSearchParams(fields)}`;
        const signature = twilio.getExpectedTwilioSignature(carrierAccount.authToken, whole, {});
        expect((await fetch(whole, { headers: { 'x-twilio-signature': signature } })).status).toBe(400);
      }
      return (await waiting()).filter((id) => !before.has(id));
    };
    const newCall = () => `CA${randomUUID().replaceAll('-', '')}`;
    const recorded = () => ({
      CallSid: newCall(),
      RecordingSid: newCall().replace('CA', 'RE'),
      RecordingUrl: 'http://127.0.0.1:1/recording',
      RecordingStatus: 'completed',
      RecordingDuration: '7',
    });
    const recording = recorded();
    const target = path('recording', { caller, account });
    const [posted = ''] = await keptOf(target, recording);
    expect(await keptOf(target, recording)).toEqual([]);
    const [got = ''] = await keptOf(target, recorded(), 'GET');
    const [older = ''] = await keptOf(target, recorded());
    await sql.query('update inbox set envelopes = null where id = $1', [older]);
    const leg = { CallSid: newCall(), CallStatus: 'ringing', From: account, To: '+4915112340000' };
    const calls = [newCall(), newCall()];
    const rung: string[] = [];
    for (const call of calls) rung.push(...(await keptOf(path('agent-status', { call, caller, account }), leg)));
    expect(rung).toHaveLength(2);
    for (const id of [posted, ...rung]) {
      const shown = [await get(`/inbox/${id}`), await get(`/inbox/${id}/detail`), await get(`/inbox/${id}/text`)];
      expect(JSON.stringify(shown)).not.toContain(caller.slice(1));
    }

    adapter.state.mended = true;
    try {
      const readAs = async (id: string) => {
        expect((await api('POST', `/api/v1/inbox/${id}/replay`)).status).toBe(200);
        const { rows } = await sql.query<{ contact: object }>('select contact from inbox where id = $1', [id]);
        return rows[0]?.contact;
      };
      const ofCaller = { channelAccount: account, from: caller, identifiers: [{ kind: 'phone', value: caller }] };
      expect(await readAs(posted)).toMatchObject({ ...ofCaller, call: { step: 'recording', durationSeconds: 7 } });
      expect(await readAs(got)).toMatchObject({ ...ofCaller, call: { step: 'recording', durationSeconds: 7 } });
      expect(await readAs(older)).toMatchObject({ channelAccount: centreNumber, from: 'withheld', identifiers: [] });
      for (const [index, id] of rung.entries())
        expect(await readAs(id)).toMatchObject({
          ...ofCaller,
          call: { step: 'agent-ringing', callSid: calls[index], agentCallSid: leg.CallSid },
        });
    } finally {
      adapter.state.mended = false;
    }
  });

  it('keeps nothing of an address that no adapter reads', async () => {
    const { url, items, hub } = centre();
    const fields = smsFields({ sid: newSid(), from: '+4915112349999', body: 'poison by another address' });
    expect((await postSigned(url, '/webhooks/twilio/sms?token=very-s3cret', fields)).status).toBe(400);
    const [row] = await items(`state=quarantined&q=${encodeURIComponent('poison by another')}`);
    const { rows } = await hub.parts.db.sql.query<{ kept: string }>(
      'select to_jsonb(i)::text as kept from inbox i where id = $1',
      [row?.id],
    );
    expect(rows[0]?.kept).toContain('poison by another address');
    expect(rows[0]?.kept).not.toContain('very-s3cret');
  });

  aside('is for managers only', async () => {
    const { url, poison } = centre();
    const id = await poison('poison for managers');
    const login = await createClient(url, { origin: url })('POST', '/api/v1/session', {
      email: grace.email,
      password: grace.password,
    });
    const cookie = login.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const agent = createClient(url, { cookie, origin: url });
    expect((await agent('GET', '/api/v1/me')).status).toBe(200);
    const refused: [string, string, unknown?][] = [
      ['GET', '/inbox?state=quarantined'],
      ['GET', '/inbox/groups'],
      ['GET', '/inbox/summary'],
      ['GET', `/inbox/${id}`],
      ['GET', `/inbox/${id}/detail`],
      ['GET', `/inbox/${id}/text`],
      ['GET', `/inbox/${id}/raw`],
      ['POST', `/inbox/${id}/replay`],
      ['POST', '/inbox/bulk', { action: 'discard', ids: [id], reason: 'no' }],
      ['GET', '/alerts'],
      ['GET', '/watch-limits'],
      ['PUT', '/watch-limits', {}],
    ];
    for (const [method, path, body] of refused)
      expect((await agent(method, `/api/v1${path}`, body)).status, `${method} ${path}`).toBe(403);
    expect((await centre().get(`/inbox/${id}`)).state).toBe('quarantined');
  });
});
