import { expect, it } from 'vitest';
import { besideTheQueue, onBothBackends } from '../support/backends.ts';
import { centreNumber } from '../support/carrier.ts';
import { optedOut, taken } from '../support/carrier-rest.ts';
import { eventually } from '../support/client.ts';
import { rolledBack } from '../support/rolled-back.ts';
import { shared } from '../support/shared.ts';
import { startTextCentre } from '../support/text-centre.ts';

let numbers = 4915112355000;
const newNumber = () => `+${(numbers += 1)}`;

onBothBackends('consent to be texted', (backend) => {
  const aside = besideTheQueue(backend);
  const centre = shared(() => startTextCentre(backend));

  const consentsOf = async (address: string) =>
    (await centre().api('GET', `/api/v1/consents?address=${encodeURIComponent(address)}`)).body.items;
  const logOf = async (address: string) =>
    (await centre().api('GET', `/api/v1/consents/log?address=${encodeURIComponent(address)}`)).body.items.map(
      ({ state, source, reason }: Record<string, string>) => [state, source, reason],
    );
  const bodiesTo = (to: string) =>
    centre()
      .carrier.calls.items.filter(({ form }) => form['To'] === to)
      .map(({ form }) => form['Body']);

  it('withdrawn by STOP holds back what was queued before and what is written after, and the author is told', async () => {
    const { carrier, reply, messages, textFrom, becomes } = centre();
    const from = '+4915112350001';
    const { ticketId } = await textFrom(from, 'Hello');
    await carrier.calls.until(({ form }) => form['To'] === from, 'the acknowledgement');
    // The first answer is with the carrier, who takes its time; the second waits behind it.
    const answered = Promise.withResolvers<void>();
    carrier.answerOnce('First', async (call, response, request) => {
      await answered.promise;
      await taken(call, response, request);
    });
    await reply(ticketId, 'First');
    await carrier.calls.until(({ form }) => form['Body'] === 'First', 'the first answer');
    const queued = await reply(ticketId, 'Queued before the STOP');
    const stop = await textFrom(from, ' Stop. ');
    expect(stop).toMatchObject({ ticketId, kind: 'system', text: ' Stop. ' });
    const written = await reply(ticketId, 'Written after the STOP');
    answered.resolve();
    for (const { id } of [queued, written]) await becomes(id, 'failed');
    const failed = (await messages(ticketId)).filter(({ id }) => id === queued.id || id === written.id);
    expect(failed.map(({ deliveryStatus, deliveryError }) => [deliveryStatus, deliveryError])).toEqual([
      ['failed', expect.stringMatching(/withdrawn consent/)],
      ['failed', expect.stringMatching(/withdrawn consent/)],
    ]);
    expect(bodiesTo(from).slice(1)).toEqual(['First']);

    await textFrom(from, 'START');
    const again = await reply(ticketId, 'Welcome back');
    await becomes(again.id, 'sent');
    expect(bodiesTo(from).slice(1)).toEqual(['First', 'Welcome back']);
    expect(await logOf(from)).toEqual([
      ['granted', 'word', 'START'],
      ['withdrawn', 'word', 'Stop.'],
    ]);
  });

  aside('is written down with the message, wakes nobody, and is answered by nobody', async () => {
    const { textFrom, ticket, timeline, carrier } = centre();
    const from = '+4915112350002';
    const { ticketId } = await textFrom(from, 'STOP');
    expect(await ticket(ticketId)).toMatchObject({ queueId: null, waitingSince: null, channel: 'sms' });
    expect(await consentsOf(from)).toMatchObject([
      { channel: 'sms', account: centreNumber, address: from, state: 'withdrawn', source: 'word', reason: 'STOP' },
    ]);
    const events = await eventually(
      () => timeline(ticketId),
      (all) => all.some(({ type }) => type === 'consent.changed'),
    );
    expect(events.find(({ type }) => type === 'consent.changed')?.data).toMatchObject({ state: 'withdrawn' });
    // STOP again says nothing new; the carrier's own mark counts whatever the words are.
    await textFrom(from, 'stop');
    await textFrom(from, 'ok then', { OptOutType: 'START' });
    expect((await logOf(from)).map(([state]: [string]) => state)).toEqual(['granted', 'withdrawn']);
    expect(carrier.calls.items.filter(({ form }) => form['To'] === from)).toEqual([]);
  });

  aside.each<[string, Record<string, string>]>([
    ['no address', { NumMedia: '1' }],
    ['an empty address', { NumMedia: '1', MediaUrl0: '' }],
    ['an address that is none', { NumMedia: '1', MediaUrl0: 'not a url', MediaContentType0: 'image/png' }],
    ['no number', { NumMedia: 'many' }],
    [
      'a place that is none',
      { Latitude: '5'.repeat(40), Label: 'x'.repeat(2_000), OriginalRepliedMessageSid: 'y'.repeat(80) },
    ],
  ])('is heard beside a picture that has %s', async (name, more) => {
    const { textFrom, reply, becomes, carrier } = centre();
    const from = `+49151123505${name.length.toString().padStart(2, '0')}`;
    const { ticketId } = await textFrom(from, 'Hello');
    expect(await textFrom(from, 'STOP', more)).toMatchObject({ text: expect.stringMatching(/^STOP/) });
    const { id } = await reply(ticketId, `After the STOP beside ${name}`);
    await becomes(id, 'failed');
    expect(carrier.calls.items.filter(({ form }) => form['Body'] === `After the STOP beside ${name}`)).toEqual([]);
  });

  aside('is asked for by channel: a STOP by text says nothing of WhatsApp', async () => {
    const { textFrom, whatsappFrom, reply, becomes } = centre();
    const from = '+4915112350003';
    await textFrom(from, 'STOP');
    const { ticketId } = await whatsappFrom(from, 'Hello');
    const answer = await reply(ticketId, 'By WhatsApp');
    await becomes(answer.id, 'sent');
    expect(await consentsOf(from)).toMatchObject([{ channel: 'sms', state: 'withdrawn' }]);
  });

  aside('is asked for by number of ours: who stopped one is answered from the other that they write to', async () => {
    const { textFrom, reply, becomes, carrier } = centre();
    const from = '+4915112350020';
    const other = '+15005550099';
    const first = await textFrom(from, 'Hello');
    await textFrom(from, 'STOP');
    const { ticketId } = await textFrom(from, 'Where is my order?', { To: other });
    expect(ticketId).not.toBe(first.ticketId);
    await becomes((await reply(ticketId, 'From the other number')).id, 'sent');
    expect(carrier.calls.items.find(({ form }) => form['Body'] === 'From the other number')?.form).toMatchObject({
      From: other,
      To: from,
    });
  });

  aside('takes YES for an answer unless there is something to give back', async () => {
    const { textFrom } = centre();
    const from = '+4915112350004';
    const first = await textFrom(from, 'Do you deliver?');
    expect(await textFrom(from, 'Yes')).toMatchObject({ kind: 'customer', ticketId: first.ticketId });
    expect(await consentsOf(from)).toEqual([]);
    await textFrom(from, 'STOP');
    expect(await textFrom(from, 'Yes')).toMatchObject({ kind: 'customer' });
    expect(await consentsOf(from)).toMatchObject([{ state: 'granted', reason: 'Yes' }]);
    expect(await textFrom(from, 'STOP PLEASE')).toMatchObject({ kind: 'customer' });
    expect(await consentsOf(from)).toMatchObject([{ state: 'granted' }]);
  });

  aside.each([
    ['whatsapp', 'Help!', {}],
    ['whatsapp', 'Info', {}],
    ['whatsapp', 'Start', {}],
    ['sms', 'HELP', {}],
    ['sms', 'info', {}],
    ['sms', 'Unstop', {}],
    ['sms', 'Yes', { OptOutType: 'START' }],
  ])('a first message by %s that only says %s waits for a person', async (network, body, more) => {
    const { textFrom, whatsappFrom, ticket, carrier } = centre();
    const { ticketId, kind, from } = await (network === 'sms' ? textFrom : whatsappFrom)(newNumber(), body, more);
    expect(kind).toBe('customer');
    expect(await ticket(ticketId)).toMatchObject({
      queueId: expect.any(String),
      waitingSince: expect.any(String),
      status: 'open',
    });
    // Two answers to HELP confuse; whoever writes anything else is told that it has arrived.
    if (network === 'whatsapp')
      await carrier.calls.until(({ form }) => form['To'] === `whatsapp:${from}`, 'the acknowledgement');
  });

  aside.each([
    ['YES', { said: ' Ｙｅｓ! ' }, []],
    ['START', { said: 'Start' }, ['granted']],
    ['what its carrier took for START', { said: 'Yes', byCarrier: true }, ['granted']],
  ])('an earlier release that writes down %s gives back no more than this one', async (_name, consent, states) => {
    const from = newNumber();
    const contact = { from, kind: 'customer', consent: { word: 'start', byCarrier: false, ...consent } };
    const heard = await rolledBack(centre().hub.parts.db, async (tx) => {
      await tx.query(
        `insert into inbox (channel, channel_account, external_id, raw_type, raw_sha256, correlation_id, contact)
         values ('sms', $1, $2, 'text/plain', '', 'c', $3)`,
        [centreNumber, from, JSON.stringify(contact)],
      );
      return await tx.query<{ state: string }>('select state from consent where address = $1', [from]);
    });
    expect(heard.rows.map(({ state }) => state)).toEqual(states);
  });

  aside('START that the carrier has answered is not answered by the hub as well, and is seen by a person', async () => {
    const { textFrom, ticket, messages } = centre();
    const [told, said] = [newNumber(), newNumber()];
    const { ticketId, kind } = await textFrom(told, 'Back', { OptOutType: 'START' });
    expect(kind).toBe('customer');
    expect(await ticket(ticketId)).toMatchObject({ queueId: expect.any(String), waitingSince: expect.any(String) });
    expect((await messages(ticketId)).map(({ direction }) => direction)).toEqual(['in']);
    // Whether it has answered otherwise nobody knows.
    const other = await textFrom(said, 'START');
    expect((await messages(other.ticketId)).map(({ direction }) => direction)).toEqual(['in', 'out']);
  });

  aside.each(['STOP', 'HELP'])('what the carrier says it has answered (%s) waits for nobody', async (OptOutType) => {
    const { textFrom, ticket } = centre();
    const { ticketId, kind } = await textFrom(newNumber(), 'Help', { OptOutType });
    expect(kind).toBe('system');
    expect(await ticket(ticketId)).toMatchObject({ queueId: null, waitingSince: null });
  });

  aside.each(['Help?', 'Start', 'Yes'])('%s wakes the ticket of whoever has withdrawn nothing', async (body) => {
    const { whatsappFrom, ticket, api } = centre();
    const from = newNumber();
    const { ticketId } = await whatsappFrom(from, 'My lamp is broken');
    expect((await api('PATCH', `/api/v1/tickets/${ticketId}`, { status: 'resolved' })).status).toBe(200);
    expect(await whatsappFrom(from, body)).toMatchObject({ ticketId, kind: 'customer' });
    expect(await ticket(ticketId)).toMatchObject({ status: 'open', waitingSince: expect.any(String) });
  });

  aside('START gives back what was withdrawn, is recorded, and is seen by a person', async () => {
    const { whatsappFrom, ticket } = centre();
    const from = newNumber();
    const { ticketId } = await whatsappFrom(from, 'STOP');
    expect(await ticket(ticketId)).toMatchObject({ queueId: null });
    expect(await whatsappFrom(from, 'Start')).toMatchObject({ ticketId, kind: 'customer' });
    expect(await ticket(ticketId)).toMatchObject({ queueId: expect.any(String), waitingSince: expect.any(String) });
    expect(await logOf(from)).toEqual([
      ['granted', 'word', 'Start'],
      ['withdrawn', 'word', 'STOP'],
    ]);
  });

  it('is learnt from the carrier when it refuses, at once or later, and once', async () => {
    const { textFrom, reply, carrier, becomes, tellStatus } = centre();
    const from = '+4915112350005';
    const { ticketId } = await textFrom(from, 'Hello');
    carrier.answerOnce('Refused at once', optedOut);
    const refused = await reply(ticketId, 'Refused at once');
    await becomes(refused.id, 'failed');
    expect(await consentsOf(from)).toMatchObject([{ state: 'withdrawn', source: 'carrier' }]);

    await textFrom(from, 'START');
    const later = await reply(ticketId, 'Refused later');
    const { sid } = await carrier.calls.until(({ form }) => form['Body'] === 'Refused later', 'the answer');
    for (let times = 0; times < 2; times += 1)
      expect((await tellStatus('sms', sid, from, 'undelivered', { ErrorCode: '21610' })).status).toBe(200);
    await becomes(later.id, 'failed');
    expect(await consentsOf(from)).toMatchObject([{ state: 'withdrawn', source: 'carrier' }]);
    // What the carrier says of a message from before the START is out of date.
    await textFrom(from, 'START');
    await tellStatus('sms', sid, from, 'undelivered', { ErrorCode: '21610' });
    expect(await consentsOf(from)).toMatchObject([{ state: 'granted', source: 'word' }]);
    expect((await logOf(from)).map(([state, source]: string[]) => `${state} by ${source}`)).toEqual([
      'granted by word',
      'withdrawn by carrier',
      'granted by word',
      'withdrawn by carrier',
    ]);
  });

  aside('is written down by an agent only with a reason', async () => {
    const { api } = centre();
    const given = { channel: 'sms', account: centreNumber, address: '+49 1511 2350006', state: 'withdrawn' };
    expect((await api('PUT', '/api/v1/consents', given)).status).toBe(400);
    expect((await api('PUT', '/api/v1/consents', { ...given, reason: 'x' })).status).toBe(400);
    const answer = await api('PUT', '/api/v1/consents', { ...given, reason: 'Said so on the phone' });
    expect([answer.status, answer.body]).toEqual([
      200,
      expect.objectContaining({ address: '+4915112350006', state: 'withdrawn', source: 'agent' }),
    ]);
    expect(await logOf('+4915112350006')).toEqual([['withdrawn', 'agent', 'Said so on the phone']]);
    expect((await api('PUT', '/api/v1/consents', { ...given, state: 'maybe', reason: 'Who knows' })).status).toBe(400);
  });

  aside('is written down by an agent for a short code of ours as well, and holds', async () => {
    const { api, textFrom, ticket, reply, becomes } = centre();
    const from = '+4915112350010';
    const { ticketId } = await textFrom(from, 'Hello', { To: '727272' });
    const { channelAccount } = await ticket(ticketId);
    const said = { channel: 'sms', account: channelAccount, address: from, state: 'withdrawn', reason: 'By phone' };
    expect(await api('PUT', '/api/v1/consents', said)).toMatchObject({ status: 200, body: { account: '727272' } });
    await becomes((await reply(ticketId, 'Not to be sent')).id, 'failed');
    expect(bodiesTo(from)).not.toContain('Not to be sent');
    expect(await consentsOf('727272')).toEqual([]);
    expect((await api('PUT', '/api/v1/consents', { ...said, address: '+1234567890123456789' })).status).toBe(400);
  });

  it('HELP is answered by the hub only where it is told to, and where the carrier does not', async () => {
    const { api, textFrom, carrier } = centre();
    const [quiet, asked, served] = ['+4915112350007', '+4915112350008', '+4915112350009'];
    await textFrom(quiet, 'HELP');
    const settings = { helpReply: true, helpText: null };
    expect((await api('PUT', '/api/v1/settings/messaging', settings)).body).toEqual(settings);
    await textFrom(served, 'HELP', { OptOutType: 'HELP' });
    await textFrom(asked, 'help');
    const answer = await carrier.calls.until(({ form }) => form['To'] === asked, 'the answer to HELP');
    expect(answer.form['Body']).toMatch(/Patchbay.*STOP/);
    expect([bodiesTo(quiet), bodiesTo(served)]).toEqual([[], []]);
  });

  it('HELP on a ticket that is there already is answered, a minute after the last answer of ours at the earliest', async () => {
    const { api, hub, textFrom, ticket, messages, carrier, becomes } = centre();
    const from = '+4915112350011';
    await api('PUT', '/api/v1/settings/messaging', { helpReply: true, helpText: 'Ring us about {number}' });
    const { ticketId } = await textFrom(from, 'Hello');
    await carrier.calls.until(({ form }) => form['To'] === from, 'the acknowledgement');
    await textFrom(from, 'HELP');
    await hub.parts.db.sql.query("update acknowledgement set at = at - interval '2 minutes' where address = $1", [
      from,
    ]);
    expect(await textFrom(from, 'HELP')).toMatchObject({ ticketId, kind: 'customer' });
    const { number, messageCount } = await ticket(ticketId);
    const written = await messages(ticketId);
    expect(written.map(({ direction, text }) => (direction === 'in' ? text : direction))).toEqual([
      'Hello',
      'out',
      'HELP',
      'HELP',
      'out',
    ]);
    expect(written.at(-1)).toMatchObject({ kind: 'system', text: `Ring us about ${number}` });
    expect(messageCount).toBe(5);
    await becomes(written.at(-1).id, 'sent');
    expect(bodiesTo(from).slice(1)).toEqual([`Ring us about ${number}`]);
  });
});
