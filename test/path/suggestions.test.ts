/** Who may be one person, from the wire to the work list and back. */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { expectProblem, inUnicodeOrder, logIn } from '../support/api-centre.ts';
import { besideTheQueue, onBothBackends } from '../support/backends.ts';
import { eventually } from '../support/client.ts';
import type { ApiClient } from '../support/client.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { shared } from '../support/shared.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked at as an outside program would
type Json = any;

/** Pairs from here on may be merged together. */
const certain = 0.995;

onBothBackends('customers who may be one person', (backend) => {
  const aside = besideTheQueue(backend);
  const centre = shared(async () => {
    await using stack = new AsyncDisposableStack();
    const hub = stack.use(await startHub(backend));
    const desk = stack.use(await openDesk(hub.url, apiKey));
    const owned = stack.move();
    return { ...hub, desk, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  });
  const enter = async (displayName: string, ...identifiers: [kind: string, value: string][]): Promise<string> => {
    const body = { displayName, identifiers: identifiers.map(([kind, value]) => ({ kind, value })) };
    const answer = await centre().api('POST', '/api/v1/customers', body);
    expect(answer.status).toBe(201);
    return answer.body.id;
  };
  const claim = (id: string, kind: string, value: string) =>
    centre().api('POST', `/api/v1/customers/${id}/identifiers`, { kind, value });
  const list = async (query = ''): Promise<Json[]> =>
    (await centre().api('GET', `/api/v1/suggestions${query}`)).body.items;
  const pairOf = ({ customer, other }: Json) => [customer.id, other.id];
  const suggested = (one: string, other: string) =>
    eventually(
      async () => (await list(`?customerId=${one}`)).find((item) => pairOf(item).includes(other)),
      (item) => item !== undefined,
    );
  const openFor = async (id: string) => (await list(`?customerId=${id}`)).map(pairOf);

  it('are listed with their reasons, and merged when a person says so', async () => {
    const email = `ann.lee.${randomUUID()}@x.test`;
    const one = await enter('Ann Lee', ['email', email]);
    const other = await enter('LEE, Ann');
    await claim(other, 'email', email.toUpperCase());
    const item = await eventually(
      () => suggested(one, other),
      ({ reasons }) => reasons.some(({ field }: Json) => field === 'email'),
    );
    expect(item).toMatchObject({ source: 'score', customer: { id: one }, other: { id: other } });
    const reasonOf = (field: string) => item.reasons.find((reason: Json) => reason.field === field);
    expect(reasonOf('email')).toMatchObject({ level: 'equal', left: email, right: email });
    expect(reasonOf('familyName')).toMatchObject({ level: 'equal', left: 'lee', right: 'lee' });
    // Another of the household may have the same name and the mailbox.
    expect(item.score).toBeGreaterThan(0.95);
    expect(item.score).toBeLessThan(certain);
    expect(reasonOf('household').weight).toBeLessThan(-1);
    const summary = (await centre().api('GET', '/api/v1/suggestions/summary')).body;
    expect(summary).toMatchObject({ bulkScore: certain });
    await centre().desk.event('suggestion.found');
    const merged = await centre().api('POST', `/api/v1/suggestions/${item.id}/accept`, {});
    expect(merged.body).toMatchObject({ customerId: one, otherId: other, reason: 'Suggestion accepted' });
    expectProblem(await centre().api('POST', `/api/v1/suggestions/${item.id}/accept`, {}), 409, 'conflict');
    expect(await openFor(one)).toEqual([]);
  });

  aside('stay apart for good once a person has said so, also as part of another customer', async () => {
    const value = `N-${randomUUID()}`;
    const [one, other] = [await enter('Bea Ray', ['account', value]), await enter('Bea R.')];
    await claim(other, 'account', value);
    const { id } = await suggested(one, other);
    expect((await centre().api('POST', `/api/v1/suggestions/${id}/reject`)).status).toBe(204);
    // The same evidence again, now for a third customer that the rejected one was merged into.
    const third = await enter('Cid Ross');
    const merge = await centre().api('POST', `/api/v1/customers/${third}/merge`, { otherId: other });
    expect(merge.status).toBe(201);
    const fourth = await enter('Bea Rayleigh');
    await claim(fourth, 'account', value);
    await suggested(one, fourth);
    expect(await openFor(one)).toEqual([[one, fourth]]);
    expect(await openFor(third)).toEqual([[third, fourth]]);
  });

  aside('are merged together only from the threshold on that the manager set', async () => {
    const values = [randomUUID(), randomUUID()];
    const pairs: [string, string][] = [];
    const born = (id: string) =>
      centre().api('PATCH', `/api/v1/customers/${id}/fields`, { changes: [{ key: 'birthDate', value: '1974-02-27' }] });
    for (const [index, value] of values.entries()) {
      const one = await enter(index === 0 ? 'Dan Foxfram' : 'Eve Orr', ['account', value]);
      const other = await enter(index === 0 ? 'Dan Foxfram' : 'Eve Orr');
      // Name and birthday make the first pair certain. Whoever names another's name and account is never so.
      if (index === 0) await Promise.all([born(one), born(other)]);
      else await claim(other, 'account', value);
      const told = index === 0 ? 'birthDate' : 'accountNumber';
      await eventually(
        () => suggested(one, other),
        ({ score, reasons }) => score >= certain === (index === 0) && reasons.some(({ field }: Json) => field === told),
      );
      pairs.push([one, other]);
    }
    const settings = (await centre().api('GET', '/api/v1/identity-settings')).body;
    expect(settings).toEqual({ suggestScore: 0.6, bulkScore: certain, sharedNames: 5 });
    const { aboveThreshold } = (await centre().api('GET', '/api/v1/suggestions/summary')).body;
    expect(aboveThreshold).toBeGreaterThan(0);
    const done = await centre().api('POST', '/api/v1/suggestions/accept', { minScore: 0.5 });
    expect(done.body).toMatchObject({ left: 0 });
    expect(done.body.merged).toBeGreaterThan(0);
    const customer = async (id: string) => (await centre().api('GET', `/api/v1/customers/${id}`)).body;
    const [sure, likely] = pairs as [[string, string], [string, string]];
    expect(await customer(sure[1])).toMatchObject({ mergedInto: sure[0] });
    expect(await customer(likely[1])).toMatchObject({ mergedInto: null });
  });

  aside('are certain only where nobody else of a household or firm fits, and no namesake', async () => {
    const birch = { street: '5 Birch Lane', postalCode: '10115', city: 'Berlin' };
    const [born, later] = [{ birthDate: '1980-05-12' }, { birthDate: '1981-11-30' }];
    const twin = (name: string) => ({ name, ...birch, ...born });
    const cases: [who: string, sides: [Json, Json], sure: boolean][] = [
      [
        'one person who moved',
        [
          { ...born, ...birch },
          { ...born, city: 'Hamburg' },
        ],
        true,
      ],
      ['father and son of one name', [birch, birch], false],
      [
        'a son whose birthday is known',
        [
          { ...birch, ...born },
          { ...birch, ...later },
        ],
        false,
      ],
      ['twins of similar names', [twin('Anna'), twin('Hanna')], false],
      ['twins of different names', [twin('Anna'), twin('Maria')], false],
      ['namesakes', [{}, {}], false],
      ['namesakes with neighbouring account numbers', [{ account: '77001' }, { account: '77002' }], false],
      ['colleagues behind one switchboard', [{ extension: 1 }, { extension: 2, name: 'Ruth' }], false],
      ['namesakes behind one switchboard', [{ extension: 1 }, { extension: 2 }], false],
    ];
    // A family name of each pair’s own, so that the pairs do not meet.
    const families = ['Mabo', 'Tedu', 'Kilo', 'Nogu', 'Puri', 'Sade', 'Vino', 'Zebu', 'Dalo'];
    const { body: firm } = await centre().api('POST', '/api/v1/organisations', { name: 'Hill Works' });
    const enterSide = async (family: string, { name = 'Karl', account, extension, ...fields }: Json) => {
      const id = await enter(`${name} ${family}`, ...(account ? [['account', account] as [string, string]] : []));
      if (extension) {
        await claim(id, 'phone', `030 901820 ext. ${extension}`);
        await centre().api('PUT', `/api/v1/customers/${id}/organisations/${firm.id}`, { role: '' });
      }
      const changes = Object.entries(fields).map(([key, value]) => ({ key, value }));
      if (changes.length > 0)
        expect((await centre().api('PATCH', `/api/v1/customers/${id}/fields`, { changes })).status).toBe(200);
      return id;
    };
    const pairs: [string, string][] = [];
    for (const [index, [, sides]] of cases.entries()) {
      const family = `${families[index]}fram`;
      pairs.push([await enterSide(family, sides[0]), await enterSide(family, sides[1])]);
    }
    await eventually(
      async () => (await centre().hub.parts.db.sql.query('select 1 from identity_work limit 1')).rowCount,
      (left) => left === 0,
    );
    const scores = await Promise.all(
      pairs.map(async ([one, other]) => {
        const found = (await list(`?customerId=${one}`)).find((item) => pairOf(item).includes(other));
        return (found?.score ?? 0) as number;
      }),
    );
    expect(cases.map(([who], index) => [who, (scores[index] ?? 0) >= certain])).toEqual(
      cases.map(([who, , sure]) => [who, sure]),
    );
  });

  it('are looked at again when a field of one is filled in', async () => {
    const [one, other] = [await enter('Ida Quillfeather'), await enter('Ida Quillfeather')];
    const fill = (id: string, value: string) =>
      centre().api('PATCH', `/api/v1/customers/${id}/fields`, { changes: [{ key: 'birthDate', value }] });
    const { score: before } = await suggested(one, other);
    expect(before).toBeLessThan(certain);
    await fill(one, '1980-05-12');
    await fill(other, '1980-05-12');
    await eventually(
      () => suggested(one, other),
      ({ score }) => score >= certain,
    );
    await fill(other, '1961-11-30');
    await eventually(
      () => openFor(one),
      (found) => found.length === 0,
    );
  });

  aside('are told by a cursor, the most certain first', async () => {
    const value = `P-${randomUUID()}`;
    const one = await enter('Pat One', ['account', value]);
    for (const name of ['A a', 'B b', 'C c']) await claim(await enter(name), 'account', value);
    await eventually(
      () => openFor(one),
      (found) => found.length === 3,
    );
    const seen: Json[] = [];
    let cursor = '';
    do {
      const page = (await centre().api('GET', `/api/v1/suggestions?limit=2${cursor}`)).body;
      seen.push(...page.items);
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    const scores = seen.map(({ score }) => score as number);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    expect(seen.filter((item) => pairOf(item).includes(one))).toHaveLength(3);
  });

  aside('are decided by those who may read a ticket of each, and listed whole for managers only', async () => {
    const credentials = { email: `${randomUUID()}@patchbay.test`, password: 'a long enough password' };
    await centre().api('POST', '/api/v1/agents', { name: 'Ann Agent', ...credentials, queueIds: [] });
    const agent: ApiClient = (await logIn(centre().url, credentials)).api;
    const value = `Q-${randomUUID()}`;
    const [one, other] = [await enter('Quin Roe', ['account', value]), await enter('Q')];
    await claim(other, 'account', value);
    const { id } = await suggested(one, other);
    expectProblem(await agent('GET', '/api/v1/suggestions'), 403, 'forbidden');
    expect((await agent('GET', `/api/v1/suggestions?customerId=${one}`)).body.items).toEqual([]);
    for (const deed of ['accept', 'reject'])
      expectProblem(await agent('POST', `/api/v1/suggestions/${id}/${deed}`, {}), 403, 'forbidden');
    expectProblem(
      await agent('POST', `/api/v1/customers/${one}/identifiers`, { kind: 'account', value: 'x' }),
      403,
      'forbidden',
    );
    expectProblem(await agent('PUT', '/api/v1/identity-settings', {}), 403, 'forbidden');
    expectProblem(await agent('POST', '/api/v1/suggestions/accept', {}), 403, 'forbidden');
  });

  aside('share an address that many names were given with, which then joins nobody', async () => {
    const from = `info-${randomUUID()}@firm.test`;
    const port = centre().ground.smtpPort;
    const holderOnce = (holds: (found: Json) => boolean) =>
      eventually(
        async () => (await centre().api('GET', `/api/v1/customers?q=${encodeURIComponent(from)}`)).body.items[0],
        holds,
      );
    for (const name of ['Ann', 'Bob', 'Cid', 'Dan', 'Eve']) {
      await mailProgram(port)({ from: `${name} <${from}>`, to: 'support@patchbay.test', text: `I am ${name}` });
      // The first of them is who it belongs to.
      if (name === 'Ann') await holderOnce((found) => found !== undefined);
    }
    const holder = await holderOnce((found) => found?.identifiers[0]?.shared === true);
    const [identifier] = (await centre().api('GET', `/api/v1/customers/${holder.id}/identifiers`)).body.items;
    expect(identifier).toMatchObject({ value: from, grade: 'known', channel: 'email', shared: true, otherHolders: 0 });
    expect(identifier.evidence).toMatchObject([{ source: 'message', channel: 'email', messageId: expect.any(String) }]);
    await mailProgram(port)({ from: `Fay <${from}>`, to: 'support@patchbay.test', text: 'I am Fay' });
    const holders = await eventually(
      async () =>
        (await centre().api('GET', `/api/v1/identifiers/holders?kind=email&value=${encodeURIComponent(from)}`)).body
          .items,
      (found: Json[]) => found.length === 2,
    );
    expect(inUnicodeOrder(holders.map(({ displayName }: Json) => displayName))).toEqual(['Ann', 'Fay']);
    const path = `/api/v1/customers/${holder.id}/identifiers/${identifier.id}/shared`;
    const back = { shared: false, reason: 'Only Ann uses it' };
    expectProblem(await centre().api('PUT', path, back), 409, 'conflict');
    const kept = await centre().api('PUT', path, { ...back, keepCustomerId: holder.id });
    expect(kept.body.items[0]).toMatchObject({ shared: false, grade: 'known' });
  });

  aside('leave her mailbox to a woman who writes her name in many ways, and marries', async () => {
    const from = `anna-${randomUUID()}@home.test`;
    const names = ['Anna Schmidt', 'Schmidt Anna', 'A. Schmidt', 'anna', 'Anna M. Schmidt', 'Anna Weber'];
    for (const name of names)
      await mailProgram(centre().ground.smtpPort)({
        from: `"${name}" <${from}>`,
        to: 'support@patchbay.test',
        text: `I am ${name}`,
      });
    await eventually(
      () => centre().hub.parts.db.sql.query('select name from identifier_name where value = $1', [from]),
      ({ rows }) => rows.length === names.length,
    );
    const { rows } = await centre().hub.parts.db.sql.query('select shared from identifier where value = $1', [from]);
    expect(rows).toEqual([{ shared: false }]);
  });

  aside('keep the extension of a number apart, which is a switchboard’s', async () => {
    const one = await enter('Gus Hall');
    await claim(one, 'phone', '+49 30 1234567 ext. 55');
    const [identifier] = (await centre().api('GET', `/api/v1/customers/${one}/identifiers`)).body.items;
    expect(identifier).toMatchObject({ value: '+49301234567', extension: '55', shared: true, grade: 'claimed' });
    const path = `/api/v1/customers/${one}/identifiers/${identifier.id}`;
    const checked = await centre().api('POST', `${path}/check`, { reason: 'Called back' });
    expect(checked.body).toMatchObject({ outcome: 'proved', customerId: one });
    expectProblem(await centre().api('PUT', `${path}/shared`, { shared: false, reason: 'No' }), 409, 'conflict');
  });

  it('are parted again live: their tickets go back on the screens of those who may see them', async () => {
    const credentials = { email: `${randomUUID()}@patchbay.test`, password: 'a long enough password' };
    const { items: queues } = (await centre().api('GET', '/api/v1/queues')).body;
    await centre().api('POST', '/api/v1/agents', {
      name: 'Queue Agent',
      ...credentials,
      queueIds: queues.map(({ id }: Json) => id),
    });
    const { cookie } = await logIn(centre().url, credentials);
    await using desk = await openDesk(centre().url, { cookie });
    const port = centre().ground.smtpPort;
    const ids: string[] = [];
    for (const name of ['hal', 'ivy']) {
      const from = `${name}-${randomUUID()}@x.test`;
      await mailProgram(port)({ from, to: 'support@patchbay.test', text: 'Hello' });
      const customer = await eventually(
        async () => (await centre().api('GET', `/api/v1/customers?q=${encodeURIComponent(from)}`)).body.items[0],
        (found: Json) => found !== undefined,
      );
      ids.push(customer.id);
    }
    const [one, other] = ids as [string, string];
    const { body: merge } = await centre().api('POST', `/api/v1/customers/${one}/merge`, { otherId: other });
    const there = await desk.event('ticket.customer-changed', ({ data }) => data['to'] === one);
    expect((await centre().api('GET', `/api/v1/merges/${merge.id}`)).body).toMatchObject({
      entry: { kind: 'merge', customerId: one, moved: { ticket: 1, identifier: 1 } },
      blockedBy: null,
      returns: { counts: {} },
    });
    await centre().api('POST', `/api/v1/merges/${merge.id}/undo`);
    const back = await desk.event('ticket.customer-changed', ({ data }) => data['to'] === other);
    expect(back).toMatchObject({ ticketId: there.ticketId, customerId: other, queueId: there.queueId });
    expect((await centre().api('GET', `/api/v1/tickets/${back.ticketId}`)).body).toMatchObject({ customerId: other });
  });
});
