/** What proves who a visitor is: the host site's token, a code; and what a mere claim never does. */
import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { expectProblem, openApiCentre } from '../support/api-centre.ts';
import { eventually } from '../support/client.ts';
import { shared } from '../support/shared.ts';
import { openVisitor } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked at as an outside program would
type Json = any;

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const soon = () => Math.floor(Date.now() / 1000) + 600;

/** A token as any library writes it (RFC 7515), signed here without one. */
function token(header: object, claims: object, signer: (input: string) => Buffer): string {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${signer(input).toString('base64url')}`;
}
const byHmac = (claims: object, secret: Buffer | string) =>
  token({ alg: 'HS256' }, claims, (input) => createHmac('sha256', secret).update(input).digest());
const byEcdsa = (claims: object, key: KeyObject) =>
  token({ alg: 'ES256' }, claims, (input) => sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }));
const byEdDsa = (claims: object, key: KeyObject) =>
  token({ alg: 'EdDSA' }, claims, (input) => sign(null, Buffer.from(input), key));

describe('who a visitor is', () => {
  const centre = shared(openApiCentre);
  const identify = async (visitor: Visitor, jwt: string) => {
    const answer = await fetch(`${centre().url}/widget/identify`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${visitor.session.token}` },
      body: JSON.stringify({ token: jwt }),
    });
    return { status: answer.status, body: (await answer.json()) as Json };
  };
  async function addSite() {
    const audience = `${randomUUID()}.test`;
    const { body: site } = await centre().api('POST', '/api/v1/visitor-sites', { name: 'Shop', audience });
    const addKey = async (body: object) =>
      (await centre().api('POST', `/api/v1/visitor-sites/${site.id}/keys`, body)).body;
    return { id: site.id as string, audience, addKey };
  }
  async function say(visitor: Visitor, text: string, more: object = {}) {
    const clientId = randomUUID();
    expect((await visitor.send({ text, clientId, ...more })).ok).toBe(true);
    return centre().received(`${visitor.session.visitorId}:${clientId}`);
  }
  const customer = async (id: string) => (await centre().api('GET', `/api/v1/customers/${id}`)).body;
  const identifiers = async (id: string): Promise<Json[]> =>
    (await centre().api('GET', `/api/v1/customers/${id}/identifiers`)).body.items;
  const identifierOf = async (id: string, value: string) =>
    (await identifiers(id)).find((one: Json) => one.value === value);
  const enter = async (displayName: string, kind: string, value: string): Promise<string> =>
    (await centre().api('POST', '/api/v1/customers', { displayName, identifiers: [{ kind, value }] })).body.id;

  it('is proved by a token of the host site with the first message, whoever has the address', async () => {
    const site = await addSite();
    const { secret } = await site.addKey({ algorithm: 'HS256' });
    const email = `${randomUUID()}@x.test`;
    const known = await enter('Ann Lee', 'email', email);
    await using visitor = await openVisitor(centre().url);
    const claims = { aud: site.audience, sub: 'u1', exp: soon(), name: 'Ann Lee', email, phone_number: '+4930123450' };
    const jwt = byHmac(claims, Buffer.from(secret, 'base64url'));
    expect(await identify(visitor, jwt)).toEqual({ status: 200, body: { subject: 'u1', name: 'Ann Lee' } });
    // The page is loaded again.
    expect((await identify(visitor, jwt)).status).toBe(200);
    const message = await say(visitor, 'Hello');
    expect(message).toMatchObject({ customerId: known, from: 'Ann Lee' });
    const grades = Object.fromEntries((await identifiers(known)).map(({ kind, grade }: Json) => [kind, grade]));
    expect(grades).toEqual({ email: 'verified', visitor: 'verified', external: 'verified', phone: 'verified' });
    const subject = `${site.id}:u1`;
    const evidence = await eventually(
      async () => (await identifierOf(known, subject)).evidence as Json[],
      (found) => found.some(({ source }) => source === 'token'),
    );
    expect(evidence.find(({ source }) => source === 'token')).toMatchObject({ channel: 'chat', reason: 'Shop' });
  });

  it('is proved for a visitor who has written before, and joins the customer who verified the same', async () => {
    const site = await addSite();
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
    expectProblem(
      await centre().api('POST', `/api/v1/visitor-sites/${site.id}/keys`, { algorithm: 'EdDSA', publicKey: pem }),
      400,
      'invalid_input',
    );
    await site.addKey({ algorithm: 'ES256', publicKey: pem });
    const email = `${randomUUID()}@x.test`;
    const known = await enter('Bob Ray', 'email', email);
    await using visitor = await openVisitor(centre().url);
    const before = await say(visitor, 'Hello', { email });
    expect(before.customerId).not.toBe(known);
    const claims = { aud: [site.audience, 'other'], sub: 'u2', exp: soon(), email };
    expect((await identify(visitor, byEcdsa(claims, privateKey))).status).toBe(200);
    const merges = (await centre().api('GET', `/api/v1/customers/${known}/merges`)).body.items;
    expect(merges).toMatchObject([{ kind: 'merge', customerId: known, otherId: before.customerId, by: null }]);
    expect(await customer(before.customerId)).toMatchObject({ mergedInto: known });
    await centre().desk.event(
      'customer.identified',
      ({ customerId, data }) => customerId === known && data['outcome'] === 'merged',
    );
    expect((await centre().api('POST', `/api/v1/merges/${merges[0].id}/undo`)).status).toBe(200);
    expect(await customer(before.customerId)).toMatchObject({ mergedInto: null });
  });

  it('claims a number that a text then proves: two customers, whom a person may join', async () => {
    const phone = '+4915112399001';
    await using visitor = await openVisitor(centre().url);
    const chat = await say(visitor, 'Call me');
    const said = { kind: 'phone', value: '（+49）１５１ 12399001' };
    expect((await centre().api('POST', `/api/v1/customers/${chat.customerId}/identifiers`, said)).status).toBe(201);
    expect(await identifierOf(chat.customerId, phone)).toMatchObject({ grade: 'claimed' });
    const text = await centre().ticketByText(phone, 'It is me');
    expect(text.customerId).not.toBe(chat.customerId);
    expect(await identifierOf(text.customerId, phone)).toMatchObject({ grade: 'known' });
    expect(await identifierOf(chat.customerId, phone)).toMatchObject({ grade: 'claimed' });
    const pair = await eventually(
      async () => (await centre().api('GET', `/api/v1/suggestions?customerId=${text.customerId}`)).body.items[0],
      (found: Json) => found !== undefined,
    );
    expect(pair).toMatchObject({ customer: { id: chat.customerId }, other: { id: text.customerId } });
    expect(pair.reasons).toContainEqual(expect.objectContaining({ field: 'claim', level: 'proved' }));
    expect(pair.score).toBeLessThan(0.995);
    // Joined, the claim is proved, and the next text is the same customer's.
    const merged = await centre().api('POST', `/api/v1/suggestions/${pair.id}/accept`, {});
    expect(merged.status).toBe(200);
    expect((await centre().ticketByText(phone, 'Again')).customerId).toBe(chat.customerId);
  });

  it('is not believed by a token that is expired, unsigned, for others, from others, or in other hands', async () => {
    const site = await addSite();
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const ed = generateKeyPairSync('ed25519');
    const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
    await site.addKey({ algorithm: 'ES256', publicKey: pem });
    await site.addKey({
      algorithm: 'EdDSA',
      publicKey: ed.publicKey.export({ type: 'spki', format: 'pem' }) as string,
    });
    const other = await addSite();
    const { secret } = await other.addKey({ algorithm: 'HS256' });
    const good = { aud: site.audience, sub: 'u3', exp: soon() };
    await using visitor = await openVisitor(centre().url);
    const { exp: _exp, ...endless } = good;
    const { sub: _sub, ...nobody } = good;
    const bad = {
      expired: byEcdsa({ ...good, exp: soon() - 3_600 }, privateKey),
      endless: byEcdsa(endless, privateKey),
      'too long': byEcdsa({ ...good, exp: soon() + 3 * 86_400 }, privateKey),
      nobody: byEcdsa(nobody, privateKey),
      'not yet': byEcdsa({ ...good, nbf: soon() }, privateKey),
      'no audience': byEcdsa({ sub: 'u3', exp: soon() }, privateKey),
      'unknown audience': byEcdsa({ ...good, aud: 'elsewhere' }, privateKey),
      unsigned: token({ alg: 'none' }, good, () => Buffer.alloc(0)),
      // The public key is known to everybody; as an HMAC secret it must open nothing.
      confused: byHmac(good, pem),
      'another key': byEcdsa(good, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
      'another site': byHmac(good, Buffer.from(secret, 'base64url')),
      'another algorithm': token({ alg: 'HS256' }, good, (input) => sign(null, Buffer.from(input), ed.privateKey)),
      rubbish: 'a.b.c',
    };
    for (const [what, jwt] of Object.entries(bad)) {
      // Each by a visitor of its own: a visitor who tries many is slowed down.
      await using somebody = await openVisitor(centre().url);
      expect([what, (await identify(somebody, jwt)).status]).toEqual([what, 401]);
    }
    const jwt = byEdDsa(good, ed.privateKey);
    expect((await identify(visitor, jwt)).status).toBe(200);
    await using thief = await openVisitor(centre().url);
    expect((await identify(thief, jwt)).body).toMatchObject({ code: 'unauthenticated' });
    // Another user of the same browser needs a visitor of their own.
    expect((await identify(visitor, byEdDsa({ ...good, sub: 'u4' }, ed.privateKey))).status).toBe(409);
    await centre().api('PUT', `/api/v1/visitor-sites/${site.id}`, { name: 'Shop', enabled: false });
    await using late = await openVisitor(centre().url);
    expect((await identify(late, byEdDsa({ ...good, jti: '2' }, ed.privateKey))).status).toBe(401);
  });

  it('is proved by the old key and the new one while one takes over from the other', async () => {
    const site = await addSite();
    const first = await site.addKey({ algorithm: 'HS256' });
    const second = await site.addKey({ algorithm: 'HS256', overlapHours: 1 });
    const by = async (secret: string) => {
      await using visitor = await openVisitor(centre().url);
      const claims = { aud: site.audience, sub: randomUUID(), exp: soon() };
      return (await identify(visitor, byHmac(claims, Buffer.from(secret, 'base64url')))).status;
    };
    expect([await by(first.secret), await by(second.secret)]).toEqual([200, 200]);
    await centre().api('DELETE', `/api/v1/visitor-sites/${site.id}/keys/${first.id}`);
    expect([await by(first.secret), await by(second.secret)]).toEqual([401, 200]);
    const { body } = await centre().api('GET', '/api/v1/visitor-sites');
    expect(JSON.stringify(body)).not.toContain(second.secret);
  });

  it('is proved by a code that was sent to the address, and by nothing the visitor can see', async () => {
    const { api, hub } = centre();
    await using visitor = await openVisitor(centre().url);
    const message = await say(visitor, 'It is me');
    const phone = '+4915112359901';
    await api('POST', `/api/v1/customers/${message.customerId}/identifiers`, { kind: 'phone', value: phone });
    const { id } = await identifierOf(message.customerId, phone);
    const path = `/api/v1/customers/${message.customerId}/identifiers/${id}/code`;
    const sent = await api('POST', path, { ticketId: message.ticketId });
    expect(sent.body).toMatchObject({ kind: 'phone', value: phone, attemptsLeft: 5, usedAt: null });
    const code = await centre().codeTexted(phone);
    // Neither the visitor nor an agent reads it, and it is written nowhere.
    expect(JSON.stringify((await visitor.resume(0)).messages)).not.toContain(phone);
    const shown = (await centre().messages(message.ticketId)).find(({ channel }: Json) => channel === 'sms');
    expect(shown).toMatchObject({ visibility: 'internal', kind: 'system', to: [phone] });
    expect(shown.text).toContain('{code}');
    await eventually(
      () => hub.parts.db.sql.query('select 1 from identity_code where id = $1 and sealed_code is null', [sent.body.id]),
      ({ rows }) => rows.length === 1,
    );
    const wrong = code === '111111' ? '222222' : '111111';
    await say(visitor, wrong);
    await centre().desk.event('identity.code-tried', ({ data }) => data['result'] === 'wrong');
    expect(await identifierOf(message.customerId, phone)).toMatchObject({ grade: 'claimed' });
    await say(visitor, ` ${code} `);
    await centre().desk.event('identity.code-tried', ({ data }) => data['result'] === 'confirmed');
    const proved = await eventually(
      () => identifierOf(message.customerId, phone),
      ({ grade }: Json) => grade === 'verified',
    );
    expect(proved.evidence[0]).toMatchObject({ source: 'code', channel: 'sms', grade: 'verified' });
    const again = await api('POST', `/api/v1/codes/${sent.body.id}/confirm`, { code });
    expect(again.body).toEqual({ result: 'used', proof: null });
  });

  it('is proved by a code only where it was asked for: on a conversation of the customer', async () => {
    const { api, sql } = centre();
    await using visitor = await openVisitor(centre().url);
    const message = await say(visitor, 'Who am I?');
    const phone = '+4915112359911';
    const other = await centre().ticketByText('+4915112359912');
    await api('POST', `/api/v1/customers/${other.customerId}/identifiers`, { kind: 'phone', value: phone });
    const { id } = await identifierOf(other.customerId, phone);
    const path = `/api/v1/customers/${other.customerId}/identifiers/${id}/code`;
    expectProblem(await api('POST', path, { ticketId: message.ticketId }), 422, 'unprocessable');
    // Nor where the conversation has become somebody else's since.
    await api('POST', path, { ticketId: other.ticketId });
    const code = await centre().codeTexted(phone);
    await sql.query('update identity_code set ticket_id = $2 where value = $1', [phone, message.ticketId]);
    await say(visitor, code);
    await say(visitor, 'Well?');
    expect(await identifierOf(other.customerId, phone)).toMatchObject({ grade: 'claimed' });
  });

  it('is not proved by guessing: five tries, ten minutes, three codes', async () => {
    const { api } = centre();
    await using visitor = await openVisitor(centre().url);
    const message = await say(visitor, 'It is me');
    const phone = '+4915112359902';
    await api('POST', `/api/v1/customers/${message.customerId}/identifiers`, { kind: 'phone', value: phone });
    const { id } = await identifierOf(message.customerId, phone);
    const path = `/api/v1/customers/${message.customerId}/identifiers/${id}/code`;
    const order = () => api('POST', path, { ticketId: message.ticketId });
    const first = (await order()).body;
    const code = await centre().codeTexted(phone);
    const wrong = code === '111111' ? '222222' : '111111';
    const results = await Promise.all(
      Array.from(
        { length: 7 },
        async () => (await api('POST', `/api/v1/codes/${first.id}/confirm`, { code: wrong })).body,
      ),
    );
    expect(results.filter(({ result }: Json) => result === 'wrong')).toHaveLength(4);
    const late = await api('POST', `/api/v1/codes/${first.id}/confirm`, { code });
    expect(late.body).toEqual({ result: 'exhausted', proof: null });
    const second = (await order()).body;
    // A new code ends the one before it.
    await order();
    expect((await api('POST', `/api/v1/codes/${second.id}/confirm`, { code: '123456' })).body.result).toBe('expired');
    expectProblem(await order(), 429, 'too_many_requests');
    expect(await identifierOf(message.customerId, phone)).toMatchObject({ grade: 'claimed' });
  });

  it('is never what a chat or a form only claims: no join, and nothing of anybody else is shown', async () => {
    const { api, url } = centre();
    const email = `${randomUUID()}@x.test`;
    const phone = '+4915112359903';
    const owner = await centre().ticketByText(phone, 'My secret order Quince');
    await api('POST', `/api/v1/customers/${owner.customerId}/identifiers`, { kind: 'email', value: email });
    const { id } = await identifierOf(owner.customerId, email);
    await api('POST', `/api/v1/customers/${owner.customerId}/identifiers/${id}/check`, { reason: 'Seen the card' });

    await using visitor = await openVisitor(url);
    const chat = await say(visitor, 'I am the owner', { email, name: 'Owner' });
    expect(chat.customerId).not.toBe(owner.customerId);
    expect(chat.ticketId).not.toBe(owner.ticketId);
    const seen = JSON.stringify(await visitor.resume(0));
    expect(seen).not.toContain('Quince');

    const form = await fetch(`${url}/forms/contact?lang=en`);
    const formToken = /name="token" value="([^"]+)"/.exec(await form.text())?.[1] ?? '';
    const data = new FormData();
    const fields = {
      token: formToken,
      step: 'send',
      type: 'question',
      message: 'I am the owner',
      email,
      name: 'Owner',
    };
    for (const [name, value] of Object.entries(fields)) data.append(name, value);
    const answer = await eventually(
      () => fetch(`${url}/forms/contact?lang=en`, { method: 'POST', body: data, redirect: 'manual' }),
      ({ status }) => status === 303,
    );
    const page = await eventually(
      async () => (await fetch(url + (answer.headers.get('location') ?? ''))).text(),
      (html) => /\d{4}/.test(html),
    );
    expect(page).not.toContain('secret order');
    const claimed = await eventually(
      async () => (await api('GET', `/api/v1/identifiers/holders?kind=email&value=${email}`)).body.items as Json[],
      (items) => items.length >= 2,
    );
    expect(claimed.filter(({ id: holder }) => holder === owner.customerId)).toHaveLength(1);
    expect((await api('GET', `/api/v1/tickets?customerId=${owner.customerId}`)).body.items).toHaveLength(1);
    // They are suggested, and joined by nobody but a person.
    const items = await eventually(
      async () => (await api('GET', `/api/v1/suggestions?customerId=${owner.customerId}`)).body.items as Json[],
      (found) => found.some((item) => [item.customer.id, item.other.id].includes(chat.customerId)),
    );
    expect(items.every(({ score }) => score < 1)).toBe(true);
  });

  it('is split again with the contacts that came by an identifier, and back', async () => {
    const { api } = centre();
    const [one, other] = [await centre().ticketByText('+4915112359904'), await centre().ticketByText('+4915112359905')];
    await api('POST', `/api/v1/customers/${one.customerId}/merge`, { otherId: other.customerId });
    const { id } = await identifierOf(one.customerId, '+4915112359905');
    const path = `/api/v1/customers/${one.customerId}/identifiers/${id}/split`;
    expectProblem(await api('POST', path, { reason: 'Two people' }), 400, 'invalid_input');
    const parted = await api('POST', path, { displayName: 'Somebody else', reason: 'Two people' });
    expect(parted.body).toMatchObject({ kind: 'split', otherId: one.customerId, customerName: 'Somebody else' });
    expect(parted.body.moved).toMatchObject({ identifier: 1, ticket: 1 });
    const made = parted.body.customerId;
    expect(await centre().ticket(other.ticketId)).toMatchObject({ customerId: made });
    const merges = (await api('GET', `/api/v1/customers/${one.customerId}/merges`)).body.items;
    expectProblem(await api('POST', `/api/v1/merges/${merges[1].id}/undo`), 409, 'conflict');
    const next = await centre().ticketByText('+4915112359905', 'Again');
    expect(next.customerId).toBe(made);
    for (const { id: entry } of merges) expect((await api('POST', `/api/v1/merges/${entry}/undo`)).status).toBe(200);
    expect(await centre().ticket(next.ticketId)).toMatchObject({ customerId: other.customerId });
    expect(await customer(made)).toMatchObject({ mergedInto: one.customerId, identifiers: [] });
  });
});
