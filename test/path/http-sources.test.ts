/** What is set up of a source: its secrets, its address, and the request types whose fields it gives. */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { besideTheQueue, onBothBackends } from '../support/backends.ts';
import { eventually } from '../support/client.ts';
import { addSource, postTo } from '../support/http-source.ts';
import { startHub } from '../support/hub.ts';
import { shared } from '../support/shared.ts';
import { startSourceCentre } from '../support/source-centre.ts';

onBothBackends('a source', (backend) => {
  const aside = besideTheQueue(backend);
  const centre = shared(() => startSourceCentre(backend));
  const send = (more: object) => centre().send(more);

  aside('changes its secret while the old one still holds; nobody is shown one again', async () => {
    const { api } = centre();
    const app = await addSource(api, { name: 'Rotating' });
    const { body: rotated } = await api('POST', `/api/v1/http-sources/${app.id}/secret`);
    expect(rotated.secret).not.toBe(app.secret);
    for (const secret of [app.secret, rotated.secret])
      expect((await postTo(app, { id: secret.slice(-20), text: 'x' }, '', secret)).status).toBe(202);
    const { body: listed } = await api('GET', '/api/v1/http-sources');
    expect(JSON.stringify(listed)).not.toMatch(/whsec_|"secret"/);
    // Another one at once ends neither of them.
    const { body: third } = await api('POST', `/api/v1/http-sources/${app.id}/secret`);
    for (const secret of [app.secret, rotated.secret, third.secret])
      expect((await postTo(app, { id: secret.slice(-21), text: 'x' }, '', secret)).status).toBe(202);
    expect(third.previousUntil > rotated.previousUntil).toBe(true);
    // One that another process has given is known at once, whatever is remembered of the source here.
    const { parts } = centre().hub;
    const fourth = await parts.db.transaction((tx) => parts.sources.rotate(tx, app.id));
    expect((await postTo(app, { id: 'elsewhere', text: 'x' }, '', fourth)).status).toBe(202);
    await api('PUT', `/api/v1/http-sources/${app.id}`, { name: 'Rotating', enabled: false });
    expect((await postTo(app, { id: 'off', text: 'x' }, '', third.secret)).status).toBe(404);
  });

  aside('has so many secrets at once and no more, and each ends at its time', async () => {
    const { api, hub } = centre();
    const app = await addSource(api, { name: 'Many secrets' });
    const rotate = () => api('POST', `/api/v1/http-sources/${app.id}/secret`);
    for (let n = 0; n < 4; n += 1) expect((await rotate()).status).toBe(200);
    const refused = await rotate();
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
    expect((await postTo(app, { id: 'oldest', text: 'x' })).status).toBe(202);
    await hub.parts.db.sql.query(
      `update http_source_secret set valid_until = now() - interval '1 second' where source_id = $1`,
      [app.id],
    );
    const { body: last } = await rotate();
    expect((await postTo(app, { id: 'ended', text: 'x' })).status).toBe(403);
    expect((await postTo(app, { id: 'last', text: 'x' }, '', last.secret)).status).toBe(202);
  });

  aside(
    'is made and given a secret once for one Idempotency-Key, and no secret lies in the database in clear',
    async () => {
      const { api, hub } = centre();
      const key = { 'idempotency-key': randomUUID() };
      const add = () => api('POST', '/api/v1/http-sources', { name: 'Once' }, key);
      const [first, again] = [await add(), await add()];
      expect([again.status, again.headers.get('idempotency-replayed'), again.body]).toEqual([201, 'true', first.body]);
      const secretKey = { 'idempotency-key': randomUUID() };
      const rotate = () => api('POST', `/api/v1/http-sources/${first.body.id}/secret`, undefined, secretKey);
      const [secret, same] = [await rotate(), await rotate()];
      expect(same.body).toEqual(secret.body);
      const { rows } = await hub.parts.db.sql.query<{ text: string }>(
        `select string_agg(t::text, '') as text from (select row_to_json(i) from idempotency i union all select row_to_json(s) from http_source s
         union all select row_to_json(p) from http_source_secret p union all select row_to_json(e) from event e) all_rows (t)`,
      );
      expect(rows[0]?.text).toContain(first.body.id);
      expect(rows[0]?.text).not.toContain('whsec_');
    },
  );

  it('keeps the fields of a ticket whose type was changed afterwards', async () => {
    const { api } = centre();
    const field = (key: string, required = false) => ({ key, labelEn: key, labelZh: key, type: 'text', required });
    const type = (fields: object[]) => ({ nameEn: 'Repair', nameZh: '维修', fields });
    await api('POST', '/api/v1/request-types', { key: 'repair', ...type([field('serial'), field('model')]) });
    const { ticketId } = await send({ requestType: 'repair', fields: { serial: 'S-1', model: 'M-1' } });
    await api('PUT', '/api/v1/request-types/repair', type([field('model'), field('fault', true)]));
    const patch = (change: object) => api('PATCH', `/api/v1/tickets/${ticketId}`, change);
    expect((await patch({ status: 'resolved' })).body.detail).toContain('fault');
    const done = await patch({ fields: { serial: 'S-1', model: 'M-2', fault: 'Broken' }, status: 'resolved' });
    expect(done.body).toMatchObject({
      status: 'resolved',
      fields: { serial: 'S-1', model: 'M-2', fault: 'Broken' },
    });
    expect((await patch({ fields: { model: 'M-2', serial: 'S-9' } })).status).toBe(400);
    // It stays complete as long as it is resolved.
    expect((await patch({ fields: { model: 'M-2' } })).status).toBe(422);
    expect((await patch({ requestType: 'order' })).status).toBe(422);
    expect((await patch({ requestType: 'order', fields: { concern: 'return', orderNumber: 'B-1' } })).status).toBe(200);
    await api('DELETE', '/api/v1/request-types/repair');
    const missing = await postTo(centre().app, { id: 'incomplete', text: 'x', requestType: 'order', fields: {} });
    expect(missing.status).toBe(400);
  });

  it('has its type and fields changed by an agent, who cannot resolve it with one missing', async () => {
    const { api, timeline } = centre();
    const { ticketId } = await send({});
    const patch = (change: object) => api('PATCH', `/api/v1/tickets/${ticketId}`, change);
    expect((await patch({ requestType: 'order', fields: { concern: 'nonsense' } })).status).toBe(400);
    expect((await patch({ requestType: 'order', fields: { concern: 'return' } })).body.fields).toEqual({
      concern: 'return',
    });
    const early = await patch({ status: 'resolved' });
    expect([early.status, early.body.detail]).toEqual([422, expect.stringContaining('Order number')]);
    const done = await patch({ status: 'resolved', fields: { concern: 'return', orderNumber: 'B-2' } });
    expect(done.body).toMatchObject({ status: 'resolved', requestType: 'order' });
    const changes = await eventually(
      async () => (await timeline(ticketId)).filter((event) => event.type === 'ticket.request-changed'),
      (events) => events.length === 2,
    );
    expect(changes[1]).toMatchObject({
      actorId: expect.any(String),
      data: { from: 'order', to: 'order', changes: [{ field: 'orderNumber', from: null, to: 'B-2' }] },
    });
  });
});

it('is refused an address for answers that would never be called, as soon as it is entered', async () => {
  await using hub = await startHub('postgres');
  const source = { name: 'Shop app', replyBy: 'webhook', outboundUrl: 'https://app.example.com/hook' };
  const write = (method: string, path: string, outboundUrl: string) =>
    hub.api(method, `/api/v1/http-sources${path}`, { ...source, outboundUrl });
  const { id } = (await write('POST', '', source.outboundUrl)).body;
  for (const inside of ['http://app.example.com/hook', 'http://intranet:8080/hook', 'https://10.0.0.7/hook'])
    for (const answer of [await write('POST', '', inside), await write('PUT', `/${id}`, inside)])
      expect(answer, inside).toMatchObject({
        status: 422,
        body: { issues: [{ path: 'outboundUrl', message: expect.stringMatching(/https|private/) }] },
      });
  // What was allowed when it was entered stands in nobody's way.
  await hub.hub.parts.db.sql.query(`update http_source set outbound_url = 'http://intranet:8080/hook' where id = $1`, [
    id,
  ]);
  const kept = { ...source, outboundUrl: 'http://intranet:8080/hook', enabled: false };
  expect(await hub.api('PUT', `/api/v1/http-sources/${id}`, kept)).toMatchObject({
    status: 200,
    body: { enabled: false },
  });
});
