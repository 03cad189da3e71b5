import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { eventually } from '../support/client.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { shared } from '../support/shared.ts';
import { ticketClient } from '../support/ticket-client.ts';
import { openVisitor } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

async function startCentre() {
  await using stack = new AsyncDisposableStack();
  const hub = stack.use(await startHub('postgres'));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const owned = stack.move();
  return { ...hub, desk, ...ticketClient(hub.api, desk), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describe('visitors who wait', () => {
  const centre = shared(startCentre);

  async function ok(method: string, path: string, body?: unknown) {
    const answer = await centre().api(method, `/api/v1${path}`, body);
    expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return answer.body;
  }
  async function say(visitor: Visitor, text: string, more: object = {}): Promise<string> {
    const clientId = randomUUID();
    expect(await visitor.send({ text, clientId, ...more })).toEqual({ ok: true, value: { clientId } });
    return (await centre().received(`${visitor.session.visitorId}:${clientId}`)).ticketId;
  }
  const told = (visitor: Visitor, place: object | null) =>
    visitor.places.until((one) => JSON.stringify(one) === JSON.stringify(place), `the place ${JSON.stringify(place)}`);

  it('are told their place, how long it takes once that is known, and when it is over', async () => {
    await using first = await openVisitor(centre().url);
    await using second = await openVisitor(centre().url);
    await using third = await openVisitor(centre().url);
    const tickets = [await say(first, 'One?'), await say(second, 'Two?'), await say(third, 'Three?')];
    await told(first, { place: 1, minutes: null, callBack: 'no' });
    await told(third, { place: 3, minutes: null, callBack: 'no' });
    await ok('POST', `/tickets/${tickets[0]}/claim`);
    await told(first, null);
    await told(third, { place: 2, minutes: null, callBack: 'no' });
    const { queueId } = await centre().ticket(tickets[2] ?? '');
    await centre().hub.parts.db.sql.query(
      `insert into queue_answer (queue_id, at) select $1, now() - make_interval(mins => n) from generate_series(1, 3) n`,
      [queueId],
    );
    third.disconnect();
    await third.reconnect();
    await third.resume(0);
    await told(third, { place: 2, minutes: 2, callBack: 'no' });
    for (const id of tickets.slice(1)) await ok('POST', `/tickets/${id}/claim`);
    await told(third, null);
    for (const id of tickets) await ok('PATCH', `/tickets/${id}`, { status: 'resolved' });
  });

  it('are told at once when their queue opens or closes, by its own calendar', async () => {
    const { version, plan } = await ok('GET', '/service-plan');
    const [date, until] = [0, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10));
    const outing = { date, until, name: 'Outing', intervals: [] };
    const names = { key: 'chats', nameEn: 'Chats', nameZh: '聊天' };
    const calendar = { ...plan.calendars[0], ...names, days: [outing] };
    await ok('PUT', '/service-plan/calendars/chats', { basedOn: version, note: 'Chats', calendar, isDefault: false });
    const { items } = await ok('GET', '/queue-settings');
    const queue = items.find(({ channels }: { channels: string[] }) => channels.includes('chat'));
    await ok('PUT', '/agents/me/presence', { state: 'online' });
    await using visitor = await openVisitor(centre().url);
    expect(visitor.session.available).toBe(true);
    const available = (is: boolean) =>
      visitor.notices.until(
        ({ event, data }) => event === 'availability' && data['available'] === is,
        `available: ${is}`,
      );
    await ok('PUT', `/queues/${queue.id}`, { ...queue, calendar: 'chats' });
    await available(false);
    await ok('PUT', `/queues/${queue.id}`, { ...queue, calendar: null });
    await available(true);
    await ok('PUT', '/agents/me/presence', { state: 'offline' });
  });

  it('are counted by the target of their queue, which formulas name and staffing plans for', async () => {
    const { items } = await ok('GET', '/queue-settings');
    const queue = items.find(({ channels }: { channels: string[] }) => channels.includes('chat'));
    const target = (seconds: number, percent = 90) => ({ channel: 'chat', percent, seconds });
    const twice = { ...queue, targets: [target(30), target(40)] };
    expect((await centre().api('PUT', `/api/v1/queues/${queue.id}`, twice)).status).toBe(400);
    for (const targets of [[target(30)], [target(30, 95)], [target(45, 95)]])
      expect((await ok('PUT', `/queues/${queue.id}`, { ...queue, targets })).targets).toEqual(targets);
    const { rows } = await centre().hub.parts.db.sql.query(
      'select channel, seconds from queue_target where queue_id = $1 order by since',
      [queue.id],
    );
    expect(rows).toEqual([
      { channel: 'chat', seconds: 30 },
      { channel: 'chat', seconds: 45 },
    ]);
    const { items: definitions } = await ok('GET', '/reports/definitions');
    const level = definitions.find(({ key }: { key: string }) => key === 'service-level');
    expect(level.formula.en).toContain(`; ${queue.name}: chats 45 s`);
    const staffing = (more = '') => ok('GET', `/staffing?week=2026-11-25&queueId=${queue.id}${more}`);
    expect(await staffing('&channel=chat')).toMatchObject({ serviceLevel: 0.95, targetSeconds: 45 });
    expect(await staffing()).toMatchObject({ serviceLevel: 0.8, targetSeconds: 20 });
    await ok('PUT', `/queues/${queue.id}`, { ...queue, targets: [] });
  });

  it('may leave a number once the wait is to end otherwise, which joins nobody, and keep their place', async () => {
    const { items } = await ok('GET', '/queue-settings');
    const queue = items.find(({ channels }: { channels: string[] }) => channels.includes('chat'));
    const change = (more: object) => ok('PUT', `/queues/${queue.id}`, { ...queue, ...more });
    const phone = '+4915112360001';
    await ok('POST', '/customers', { displayName: 'Whose it is', identifiers: [{ kind: 'phone', value: phone }] });
    await change({ rings: [{ kind: 'call-back', afterSeconds: 1 }] });
    await using visitor = await openVisitor(centre().url);
    expect(await visitor.request('call-back', { phone })).toMatchObject({ ok: false, code: 'conflict' });
    const ticketId = await say(visitor, 'I have no time');
    const { waitingSince, customerId } = await centre().ticket(ticketId);
    await visitor.places.until((place) => place?.callBack === 'offered', 'the offer');
    expect(await visitor.request('call-back', { phone: '123' })).toMatchObject({ ok: false, code: 'invalid_input' });
    for (let n = 0; n < 2; n += 1)
      expect(await visitor.request('call-back', { phone: '+49 151 12360001' })).toEqual({ ok: true, value: null });
    await visitor.places.until((place) => place?.callBack === 'asked', 'that it is noted');
    expect(await centre().ticket(ticketId)).toMatchObject({
      waitingSince,
      customerId,
      callBack: { phone, email: null },
    });
    const asked = await eventually(
      async () => (await centre().timeline(ticketId)).filter(({ type }) => type === 'ticket.call-back-asked'),
      ({ length }) => length > 0,
    );
    expect(asked.map(({ data }) => data['source'])).toEqual(['chat']);
    expect(JSON.stringify((await ok('GET', `/customers/${customerId}`)).identifiers)).not.toContain(phone);
    expect(await visitor.request('call-back', { email: 'Ada@Example.org' })).toMatchObject({ ok: true });
    expect((await centre().ticket(ticketId)).callBack).toMatchObject({ phone: null, email: 'ada@example.org' });
    await change({ rings: [] });
    await ok('POST', `/tickets/${ticketId}/claim`);
    await told(visitor, null);
    expect((await centre().ticket(ticketId)).callBack).not.toBeNull();
    await ok('POST', `/tickets/${ticketId}/messages`, { text: 'Here is what you asked for', visibility: 'public' });
    expect((await centre().ticket(ticketId)).callBack).toBeNull();
    await ok('PATCH', `/tickets/${ticketId}`, { status: 'resolved' });
  });
});
