import { randomUUID } from 'node:crypto';
import { answers } from '@patchbay/engine/http/schemas';
import { createTasks } from '@patchbay/store/queries/tasks';
import { describe, expect, it } from 'vitest';
import { expectProblem, openApiCentre } from '../support/api-centre.ts';
import { eventually } from '../support/client.ts';
import { shared } from '../support/shared.ts';

describe("a customer's file", () => {
  const centre = shared(openApiCentre);
  const api = (method: string, path: string, body?: unknown) => centre().api(method, `/api/v1${path}`, body);
  const customer = async (displayName: string, email?: string): Promise<string> => {
    const identifiers = email ? [{ kind: 'email', value: email }] : [];
    return (await api('POST', '/customers', { displayName, identifiers })).body.id;
  };
  const file = async (id: string) => answers.CustomerFile.parse((await api('GET', `/customers/${id}/file`)).body);
  const set = (id: string, ...changes: object[]) => api('PATCH', `/customers/${id}/fields`, { changes });
  const timeline = async (id: string): Promise<Record<string, unknown>[]> =>
    (await api('GET', `/customers/${id}/timeline`)).body.items;

  it('keeps of every value who entered it, when and by what, and what was there before', async () => {
    const id = await customer('Ada Lovelace');
    expect((await set(id, { key: 'city', value: 'London' }, { key: 'birthDate', value: '1815-12-10' })).status).toBe(
      200,
    );
    const { fields } = await file(id);
    const me = (await api('GET', '/me')).body;
    expect(fields).toMatchObject([
      { key: 'birthDate', value: '1815-12-10', source: 'api', byAgentId: me.id },
      { key: 'city', value: 'London', source: 'api', byAgentId: me.id, byName: me.name },
    ]);
    await set(id, { key: 'city', value: 'Paris', version: fields[1]?.version });
    await set(id, { key: 'city', value: '' });
    const history = (await api('GET', `/customers/${id}/fields/city/history`)).body.items;
    expect(history.map((entry: { value: unknown }) => entry.value)).toEqual([null, 'Paris', 'London']);
    const page = (await api('GET', `/customers/${id}/fields/city/history?limit=2`)).body;
    const rest = (await api('GET', `/customers/${id}/fields/city/history?limit=2&cursor=${page.nextCursor}`)).body;
    expect(rest.items.map((entry: { value: unknown }) => entry.value)).toEqual(['London']);
  });

  it('lets one of two edits win, and tells the other what is there now', async () => {
    const id = await customer('Grace Hopper');
    await set(id, { key: 'city', value: 'New York', version: null });
    const [seen] = (await file(id)).fields;
    const both = await Promise.all(
      ['Boston', 'Arlington'].map((value) => set(id, { key: 'city', value, version: seen?.version })),
    );
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    const lost = both.find(({ status }) => status === 409);
    const [now] = (await file(id)).fields;
    expect(lost?.body).toMatchObject({
      code: 'conflict',
      present: [{ key: 'city', value: now?.value, version: now?.version }],
    });
    expectProblem(await set(id, { key: 'city', value: 'Rome', version: null }), 409, 'conflict');
    expect((await file(id)).fields[0]?.value).toBe(now?.value);
  });

  it('takes only what its definitions allow, and tells of changes without their values', async () => {
    const made = await api('POST', '/custom-fields', {
      scope: 'customer',
      key: 'shoeSize',
      labelEn: 'Shoe size',
      labelZh: '鞋码',
      type: 'number',
      min: 20,
      max: 60,
      sensitive: true,
    });
    expect([made.status, made.body.standard]).toEqual([201, false]);
    const tags = { scope: 'customer', key: 'likes', labelEn: 'Likes', labelZh: '喜好', type: 'multi-choice' };
    expectProblem(await api('POST', '/custom-fields', tags), 400, 'invalid_input');
    const options = ['tea', 'coffee'].map((value) => ({ value, labelEn: value, labelZh: value }));
    expect((await api('POST', '/custom-fields', { ...tags, options })).status).toBe(201);
    const id = await customer('Emmy Noether');
    expectProblem(await set(id, { key: 'shoeSize', value: 70 }), 400, 'invalid_input');
    expectProblem(await set(id, { key: 'nothing', value: 'x' }), 400, 'invalid_input');
    expectProblem(await set(id, { key: 'displayName', value: ' ' }), 400, 'invalid_input');
    await set(
      id,
      { key: 'shoeSize', value: '38' },
      { key: 'likes', value: ['coffee', 'tea'] },
      { key: 'displayName', value: 'Emmy N.' },
    );
    const kept = await file(id);
    expect(kept.displayName).toBe('Emmy N.');
    expect(Object.fromEntries(kept.fields.map(({ key, value }) => [key, value]))).toMatchObject({
      // A sensitive field.
      shoeSize: '••••',
      likes: ['tea', 'coffee'],
    });
    const { rows } = await centre().sql.query<{ data: object; actor: string }>(
      `select data, actor_id as actor from event where type = 'customer.changed' and customer_id = $1`,
      [id],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.actor).toBe((await api('GET', '/me')).body.id);
    expect(JSON.stringify(rows[0]?.data)).not.toContain('38');
    const csv = (await api('GET', `/customer-files/export?q=${encodeURIComponent('Emmy N.')}`)).body as string;
    expect(csv.split('\r\n')[0]).not.toContain('shoeSize');
    expect(csv).toContain('tea; coffee');
  });

  it('shows how complete it is, and the centre its rate, by the fields that are required', async () => {
    const { body: fields } = await api('GET', '/custom-fields?scope=customer');
    const city = fields.items.find((field: { key: string }) => field.key === 'city');
    const [full, half] = [await customer('Full'), await customer('Half')];
    await set(full, { key: 'city', value: 'Oslo' });
    expect((await api('PUT', `/custom-fields/${city.id}`, { ...city, required: true })).status).toBe(200);
    expect((await file(full)).completeness).toMatchObject({ filled: 1, required: 1, percent: 100 });
    expect((await file(half)).completeness).toMatchObject({ percent: 0, missing: ['city'] });
    const figures = await eventually(
      async () => answers.CustomerFileFigures.parse((await api('GET', '/customer-files/figures')).body),
      ({ customers, completeness }) => customers > 0 && completeness.whole === customers,
    );
    const { rows } = await centre().sql.query<{ customers: number; filled: number }>(
      `select count(*)::int as customers, (count(*) filter (where fields ? 'city'))::int as filled from customer where merged_into is null`,
    );
    expect(figures).toMatchObject({ customers: rows[0]?.customers, completeness: { part: rows[0]?.filled } });
    const incomplete = (await api('GET', '/customer-files?completeness=incomplete')).body.items;
    expect(incomplete.map((one: { id: string }) => one.id)).toContain(half);
    expect(incomplete.map((one: { id: string }) => one.id)).not.toContain(full);
    await api('PUT', `/custom-fields/${city.id}`, { ...city, required: false });
  });

  it('goes with its customer into a merge and out again', async () => {
    const [one, other] = [await customer('Kept'), await customer('Other')];
    await set(one, { key: 'city', value: 'Bern' }, { key: 'street', value: 'A 1' });
    await set(other, { key: 'city', value: 'Basel' }, { key: 'region', value: 'BS' });
    const before = await Promise.all([file(one), file(other)]);
    const { sql } = centre();
    // Whatever moves the rows, what holds follows them.
    const move = (from: string, to: string) =>
      sql.query('update customer_field_value set customer_id = $2 where customer_id = $1 returning id', [from, to]);
    const { rows: moved } = await move(other, one);
    expect(Object.fromEntries((await file(one)).fields.map(({ key, value }) => [key, value]))).toEqual({
      city: 'Basel',
      street: 'A 1',
      region: 'BS',
    });
    const { rows } = await sql.query<{ fields: object }>(
      'select fields from customer where id = any ($1) order by id',
      [[one, other]],
    );
    expect(rows).toEqual([{ fields: { city: 'Basel', street: 'A 1', region: 'BS' } }, { fields: {} }]);
    await sql.query('update customer_field_value set customer_id = $1 where id = any ($2)', [
      other,
      moved.map((row) => row['id']),
    ]);
    const after = await Promise.all([file(one), file(other)]);
    expect(after.map(({ fields }) => fields)).toEqual(before.map(({ fields }) => fields));
  });

  it('names organisations and relations from both sides', async () => {
    const [boss, assistant] = [await customer('Boss'), await customer('Assistant')];
    const name = `Acme ${randomUUID()}`;
    const { body: acme } = await api('POST', '/organisations', { name });
    expectProblem(await api('POST', '/organisations', { name: name.toUpperCase() }), 409, 'conflict');
    for (const role of ['CTO', 'CEO']) await api('PUT', `/customers/${boss}/organisations/${acme.id}`, { role });
    for (let again = 0; again < 2; again += 1)
      expect(
        (await api('POST', `/customers/${assistant}/relations`, { otherId: boss, kind: 'assistant-of' })).status,
      ).toBe(201);
    expect(await file(boss)).toMatchObject({
      organisations: [{ name, role: 'CEO' }],
      relations: [{ kind: 'assistant-of', direction: 'from', otherId: assistant, otherName: 'Assistant' }],
    });
    const [relation] = (await file(assistant)).relations;
    expect(relation).toMatchObject({ direction: 'to', otherId: boss });
    expectProblem(
      await api('POST', `/customers/${boss}/relations`, { otherId: boss, kind: 'knows' }),
      400,
      'invalid_input',
    );
    const members = (await api('GET', `/customer-files?organisationId=${acme.id}`)).body.items;
    expect(members).toMatchObject([{ id: boss, organisations: [name] }]);
    expect((await api('GET', `/organisations?q=${encodeURIComponent(name)}`)).body.items).toMatchObject([
      { members: 1 },
    ]);

    const third = await customer('Boss again');
    await api('POST', `/customers/${third}/merge`, { otherId: boss });
    expect((await file(assistant)).relations).toMatchObject([{ otherId: third, otherName: 'Boss again' }]);
    expect((await api('DELETE', `/customers/${assistant}/relations/${relation?.id}`)).status).toBe(204);
    expect((await file(assistant)).relations).toEqual([]);
  });

  it('makes a task of a review that is due, once, and lets it be done or put off', async () => {
    const { sql } = centre();
    const id = await customer('Due', `${randomUUID()}@example.com`);
    const tasksOf = async () => (await api('GET', `/tasks?view=team&customerId=${id}`)).body.items;
    await sql.query(
      `update customer set created_at = now() - interval '40 days', file_checked_at = null where id = $1`,
      [id],
    );
    const [task] = await eventually(tasksOf, (tasks) => tasks.length > 0);
    expect(answers.Task.parse(task)).toMatchObject({
      kind: 'review-contact-details',
      customerName: 'Due',
      cause: 'review-due',
    });
    expect((await file(id)).reviews).toMatchObject([{ kind: 'contact-details', overdue: true }]);
    await sql.query('update customer set file_checked_at = null where id = $1', [id]);
    await eventually(
      async () =>
        (await sql.query('select 1 from customer where id = $1 and file_checked_at is not null', [id])).rowCount,
      (count) => count === 1,
    );
    expect(await tasksOf()).toHaveLength(1);
    expect((await api('GET', `/tasks?view=overdue&customerId=${id}`)).body.items).toHaveLength(1);

    const done = await api('POST', `/tasks/${task.id}/done`, {});
    expect([done.status, done.body.state]).toEqual([200, 'done']);
    expect((await api('POST', `/tasks/${task.id}/done`, {})).status).toBe(200);
    expectProblem(await api('POST', `/tasks/${task.id}/skip`, { reason: 'No' }), 409, 'conflict');
    expect((await file(id)).reviews).toMatchObject([{ kind: 'contact-details', overdue: false }]);
    expect(await tasksOf()).toEqual([]);
    const { rows } = await sql.query<{ n: number }>(
      `select count(*)::int as n from event where type = 'customer.reviewed' and customer_id = $1`,
      [id],
    );
    expect(rows[0]?.n).toBe(1);
  });

  it('has tasks of people: mine, the team, handed over', async () => {
    const agent = await centre().plainAgent();
    const other = await centre().plainAgent();
    const id = await customer('Wanted');
    const dueAt = new Date(Date.now() + 86_400_000).toISOString();
    const task = (await api('POST', '/tasks', { customerId: id, dueAt, cause: 'Call back', assigneeId: agent.id }))
      .body;
    const seenBy = async (who: typeof agent, view: string) =>
      (await who.api('GET', `/api/v1/tasks?view=${view}&customerId=${id}`)).body.items.length;
    expect(await Promise.all([seenBy(agent, 'mine'), seenBy(other, 'mine'), seenBy(other, 'team')])).toEqual([1, 0, 0]);
    expectProblem(await other.api('POST', `/api/v1/tasks/${task.id}/done`, {}), 404, 'not_found');
    expect((await agent.api('PATCH', `/api/v1/tasks/${task.id}`, { assigneeId: null })).status).toBe(200);
    expect(await seenBy(other, 'team')).toBe(1);
    expectProblem(await api('PATCH', `/tasks/${task.id}`, { assigneeId: 'nobody' }), 422, 'unprocessable');
    expectProblem(await api('POST', `/tasks/${task.id}/skip`, { reason: ' ' }), 400, 'invalid_input');
    expect((await api('POST', `/tasks/${task.id}/skip`, { reason: 'Called us' })).body).toMatchObject({
      state: 'skipped',
      reason: 'Called us',
    });
    const twice = {
      kind: 'follow-up',
      customerId: id,
      dueAt: new Date(),
      cause: 'cadence',
      uniqueKey: randomUUID(),
    } as const;
    const { db } = centre().hub.parts;
    const [first, second] = await Promise.all([1, 2].map(() => db.transaction((tx) => createTasks(tx, [twice]))));
    expect([...(first ?? []), ...(second ?? [])]).toHaveLength(1);
  });

  it('has purchases, each once by source and order number', async () => {
    const email = `${randomUUID()}@example.com`;
    const id = await customer('Buyer', email);
    const order = {
      source: 'shop',
      externalId: randomUUID(),
      occurredAt: '2026-01-02T03:04:05Z',
      amountMinor: 1999,
      currency: 'EUR',
    };
    const put = (more: object) => api('PUT', '/purchases', { ...order, ...more });
    const named = { identifier: { kind: 'email', value: email.toUpperCase() } };
    const [first, again] = await Promise.all([put(named), put(named)]);
    expect([first.status, again.status, first.body.id === again.body.id]).toEqual([200, 200, true]);
    expect(answers.Purchase.parse(first.body)).toMatchObject({ customerId: id, state: 'completed' });
    expect((await put({ ...named, state: 'refunded' })).body).toMatchObject({ id: first.body.id, state: 'refunded' });
    expectProblem(await put({ identifier: { kind: 'email', value: 'nobody@example.com' } }), 422, 'unprocessable');
    expectProblem(await put({ ...named, customerId: id }), 400, 'invalid_input');
    expect((await api('GET', `/purchases?customerId=${id}`)).body.items).toHaveLength(1);
    const csv = (await api('GET', '/purchases/export?source=shop')).body as string;
    expect(csv).toContain(order.externalId);
    const { rows } = await centre().sql.query<{ data: object; actor_id: string | null }>(
      `select data, actor_id from event where type = 'data.exported' order by id desc limit 1`,
    );
    expect(rows[0]).toMatchObject({ data: { what: 'purchases', filter: { source: 'shop' } } });
    expect(rows[0]?.actor_id).not.toBeNull();
  });

  it('shows everything in the order of time, page by page, and of tickets only what one may read', async () => {
    const from = '+4915112360001';
    const { customerId, ticketId } = await centre().ticketByText(from, 'Where is my order?');
    await set(customerId, { key: 'city', value: 'Kiel' });
    await api('PUT', '/purchases', {
      source: 'shop',
      externalId: randomUUID(),
      occurredAt: '2020-01-01T00:00:00Z',
      amountMinor: 5,
      currency: 'EUR',
      customerId,
    });
    await api('POST', '/tasks', { customerId, dueAt: new Date().toISOString(), cause: 'Call back', ticketId });
    for (const n of [1, 2, 3]) {
      const mark = { source: 'survey', externalId: `s${n}`, score: n, at: '2021-01-01T00:00:00Z', ticketId };
      expect((await api('POST', `/customers/${customerId}/scores`, mark)).status).toBe(201);
    }
    const whole = await timeline(customerId);
    expect(whole.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['task', 'changed', 'message', 'created', 'survey', 'purchase']),
    );
    expect(whole.at(-1)).toMatchObject({ type: 'purchase' });
    expect(whole.filter(({ type }) => type === 'survey').map(({ score }) => score)).toHaveLength(3);
    const moments = whole.map(({ at }) => String(at));
    expect(moments).toEqual(moments.toSorted().toReversed());
    const paged: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await api('GET', `/customers/${customerId}/timeline?limit=2&cursor=${cursor}`);
      expect(answers.TimelineItemPage.parse(body)).toEqual(body);
      paged.push(...body.items);
      cursor = body.nextCursor;
    }
    expect(paged).toEqual(whole);
    const stranger = await centre().plainAgent();
    await centre().sql.query('delete from queue_member where agent_id = $1', [stranger.id]);
    const { body } = await stranger.api('GET', `/api/v1/customers/${customerId}/timeline`);
    expect(body.items.map(({ type }: { type: string }) => type)).not.toContain('message');
  });

  it('asks of a ticket and of its customer what the type and the centre require', async () => {
    const field = { scope: 'ticket', labelEn: 'Serial', labelZh: '序列号', type: 'text' };
    const key = 'serial';
    expect(
      (await api('POST', '/custom-fields', { ...field, key, pattern: '[A-Z]\\d+', requiredTypes: ['repair'] })).status,
    ).toBe(201);
    await api('POST', '/request-types', { key: 'repair', nameEn: 'Repair', nameZh: '维修', fields: [] });
    const { items } = (await api('GET', '/custom-fields?scope=customer')).body;
    const street = items.find((one: { key: string }) => one.key === 'street');
    await api('PUT', `/custom-fields/${street.id}`, { ...street, requiredTypes: ['repair'] });
    const { ticketId, customerId } = await centre().ticketByText('+4915112360002', 'It is broken');
    const change = (body: object) => api('PATCH', `/tickets/${ticketId}`, body);
    expectProblem(await change({ fields: { [key]: 'nine' } }), 400, 'invalid_input');
    expect((await change({ requestType: 'repair' })).status).toBe(200);
    expect((await change({ status: 'resolved' })).body).toMatchObject({ issues: [{ path: 'fields.serial' }] });
    expect((await change({ fields: { [key]: 'A9' } })).body.fields).toEqual({ serial: 'A9' });
    expect((await change({ status: 'resolved' })).body).toMatchObject({ issues: [{ path: 'customer.street' }] });
    await set(customerId, { key: 'street', value: 'Main 1' });
    expect((await change({ status: 'resolved' })).body.status).toBe('resolved');
  });

  it('is for those who may: managers define, export and set periods', async () => {
    const agent = await centre().plainAgent();
    const id = await customer('Anybody');
    expect((await agent.api('GET', `/api/v1/customers/${id}/file`)).status).toBe(200);
    for (const [method, path, body] of [
      ['POST', '/custom-fields', {}],
      ['GET', '/customer-files/export', undefined],
      ['GET', '/purchases/export', undefined],
      ['PUT', '/settings/customer-reviews', {}],
      ['PUT', '/purchases', {}],
      ['GET', '/imports', undefined],
    ] as const)
      expectProblem(await agent.api(method, `/api/v1${path}`, body), 403, 'forbidden');
    const settings = { contactDetails: 14, purchases: null, service: 60, grace: 3 };
    expect((await api('PUT', '/settings/customer-reviews', settings)).body).toEqual(settings);
    expect((await agent.api('GET', '/api/v1/settings/customer-reviews')).body).toEqual(settings);
    const { rows } = await centre().sql.query(
      `select 1 from event where type = 'setting.changed' and data ->> 'setting' = 'customer-reviews'`,
    );
    expect(rows).toHaveLength(1);
    const standard = (await api('GET', '/custom-fields?scope=customer')).body.items[0];
    expectProblem(await api('DELETE', `/custom-fields/${standard.id}`), 409, 'conflict');
  });
});
