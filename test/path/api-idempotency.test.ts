import { randomUUID } from 'node:crypto';
import { keepPeriods } from '@patchbay/engine/privacy/clock';
import { claimKey, finishKey, freeKey } from '@patchbay/store/queries/idempotency';
import { describe, expect, it } from 'vitest';
import { expectProblem, openApiCentre } from '../support/api-centre.ts';
import { shared } from '../support/shared.ts';

describe('the API with an Idempotency-Key', () => {
  const centre = shared(openApiCentre);

  const create = (body: unknown, key: string, api = centre().api) =>
    api('POST', '/api/v1/customers', body, { 'idempotency-key': key });
  const named = async (name: string) =>
    (await centre().api('GET', `/api/v1/customers?q=${encodeURIComponent(name)}`)).body.items;
  const someone = async () => (await centre().api('POST', '/api/v1/customers', { displayName: randomUUID() })).body;

  it('makes one customer of ten requests at once, and answers it again', async () => {
    const key = randomUUID();
    const body = { displayName: `Once ${key}`, identifiers: [{ kind: 'external', value: key }] };
    const all = await Promise.all(Array.from({ length: 10 }, () => create(body, key)));
    for (const answer of all) {
      if (answer.status !== 201) expectProblem(answer, 409, 'conflict');
      if (answer.status === 409) expect(answer.headers.get('retry-after')).toBe('1');
    }
    const first = all.find(({ status, headers }) => status === 201 && !headers.has('idempotency-replayed'));
    const again = await create({ identifiers: body.identifiers, displayName: body.displayName }, key);
    expect([again.status, again.headers.get('idempotency-replayed'), again.body]).toEqual([201, 'true', first?.body]);
    expect(await named(`Once ${key}`)).toHaveLength(1);
  });

  it('refuses the key of another request, and knows keys of others as other keys', async () => {
    const key = randomUUID();
    const name = `Mine ${key}`;
    const { body: customer } = await create({ displayName: name }, key);
    const other = await someone();
    expectProblem(await create({ displayName: `Not ${name}` }, key), 409, 'conflict');
    const merge = await centre().api(
      'POST',
      `/api/v1/customers/${customer.id}/merge`,
      { otherId: other.id },
      { 'idempotency-key': key },
    );
    expectProblem(merge, 409, 'conflict');
    expect(merge.headers.has('retry-after')).toBe(false);
    const { api } = await centre().plainAgent();
    const theirs = await create({ displayName: name }, key, api);
    expect([theirs.status, theirs.headers.has('idempotency-replayed')]).toEqual([201, false]);
    expect(theirs.body.id).not.toBe(customer.id);
    expect(await named(name)).toHaveLength(2);
  });

  it('merges once, which without a key is a conflict the second time', async () => {
    const [one, other] = [await someone(), await someone()];
    const merge = (headers: Record<string, string>) =>
      centre().api('POST', `/api/v1/customers/${one.id}/merge`, { otherId: other.id }, headers);
    const key = { 'idempotency-key': randomUUID() };
    const [first, again] = [await merge(key), await merge(key)];
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
    expectProblem(await merge({}), 409, 'conflict');
  });

  it('takes a file once: by its bytes, its type and its name', async () => {
    const key = randomUUID();
    const upload = (text: string, name: string) =>
      centre().api('POST', '/api/v1/files', Buffer.from(text), {
        'idempotency-key': key,
        'content-type': 'text/plain',
        'x-filename': name,
      });
    const first = await upload('bytes', 'a.txt');
    expect([first.status, (await upload('bytes', 'a.txt')).body]).toEqual([201, first.body]);
    expectProblem(await upload('others', 'a.txt'), 409, 'conflict');
    expectProblem(await upload('bytes', 'b.txt'), 409, 'conflict');
  });

  it('adds an agent once, and tells one password from another', async () => {
    const key = randomUUID();
    const add = (password: string) =>
      centre().api(
        'POST',
        '/api/v1/agents',
        { name: 'Bo', email: `${key}@patchbay.test`, password },
        { 'idempotency-key': key },
      );
    const first = await add('the first password');
    expect([first.status, (await add('the first password')).body]).toEqual([201, first.body]);
    expectProblem(await add('the other password'), 409, 'conflict');
  });

  it('leaves the key free when the work failed', async () => {
    const key = randomUUID();
    expectProblem(
      await create({ displayName: 'Lee', identifiers: [{ kind: 'email', value: 'no address' }] }, key),
      400,
      'invalid_input',
    );
    const mended = await create(
      { displayName: 'Lee', identifiers: [{ kind: 'email', value: `${key}@example.org` }] },
      key,
    );
    expect([mended.status, mended.headers.has('idempotency-replayed')]).toEqual([201, false]);
  });

  it('waits for work under way, and does again what a crash cut short', async () => {
    const { sql } = centre();
    const key = randomUUID();
    const body = { displayName: `Cut short ${key}` };
    await create(body, key);
    await sql.query(`update idempotency set status = null, answer = null where key = $1`, [key]);
    const busy = await create(body, key);
    expectProblem(busy, 409, 'conflict');
    expect(busy.headers.get('retry-after')).toBe('1');
    await sql.query(`update idempotency set created_at = now() - interval '61 seconds' where key = $1`, [key]);
    expectProblem(await create({ displayName: 'Another' }, key), 409, 'conflict');
    const taken = await Promise.all([create(body, key), create(body, key), create(body, key)]);
    expect(taken.filter(({ status, headers }) => status === 201 && !headers.has('idempotency-replayed'))).toHaveLength(
      1,
    );
    expect(await named(body.displayName)).toHaveLength(2);
  });

  it('remembers for a day', async () => {
    const { sql, hub } = centre();
    const [old, young] = [randomUUID(), randomUUID()];
    for (const key of [old, young]) await create({ displayName: 'Day' }, key);
    const age = (key: string, hours: number) =>
      sql.query('update idempotency set created_at = now() - make_interval(hours => $2) where key = $1', [key, hours]);
    await Promise.all([age(old, 25), age(young, 23)]);
    await keepPeriods(hub.parts);
    const again = await Promise.all([old, young].map((key) => create({ displayName: 'Day' }, key)));
    expect(again.map(({ status, headers }) => [status, headers.has('idempotency-replayed')])).toEqual([
      [201, false],
      [201, true],
    ]);
  });

  it('hears nothing more of a holder that was given up', async () => {
    const { sql } = centre();
    const wanted = { principalId: 'a', key: randomUUID(), request: 'POST /', requestHash: '' };
    const [slow, second] = [randomUUID(), randomUUID()];
    expect(await claimKey(sql, wanted, slow, 60_000)).toEqual({ outcome: 'claimed' });
    expect(await claimKey(sql, wanted, second, 60_000)).toEqual({ outcome: 'busy' });
    expect(await claimKey(sql, wanted, second, 0)).toEqual({ outcome: 'claimed' });
    await finishKey(sql, { ...wanted, claim: slow }, 201, 'of the slow one');
    await freeKey(sql, { ...wanted, claim: slow });
    expect(await claimKey(sql, wanted, randomUUID(), 60_000)).toEqual({ outcome: 'busy' });
    await finishKey(sql, { ...wanted, claim: second }, 201, 'of the second');
    expect(await claimKey(sql, wanted, slow, 0)).toEqual({ outcome: 'done', status: 201, answer: 'of the second' });
  });

  it('refuses one that is too long, and takes an empty one for none', async () => {
    expectProblem(await create({ displayName: 'Long' }, 'k'.repeat(201)), 400, 'invalid_input');
    const [one, other] = [await create({ displayName: 'None' }, ''), await create({ displayName: 'None' }, '')];
    expect([one.status, other.status, one.body.id === other.body.id]).toEqual([201, 201, false]);
  });
});
