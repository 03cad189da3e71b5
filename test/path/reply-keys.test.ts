/** What is written under one Idempotency-Key in the same moment leaves once, and what its author took back does not leave. */
import { randomUUID } from 'node:crypto';
import { releaseReply } from '@patchbay/engine/pipeline/held-replies';
import { createReply } from '@patchbay/engine/pipeline/reply';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onBothBackends } from '../support/backends.ts';
import { eventually, type ApiAnswer } from '../support/client.ts';
import { mailCentre } from '../support/mail-centre.ts';

type Way = 'messages' | 'held-replies';
interface Request {
  readonly way: Way;
  readonly text: string;
}

onBothBackends('an answer and its key', (backend) => {
  const { centre, ask, firstContact, sent } = mailCentre(backend);
  beforeAll(() => ask('PATCH', '/me', { undoSeconds: 60 }), 60_000);
  afterAll(() => ask('PATCH', '/me', { undoSeconds: 0 }));

  const post = (ticketId: string, { way, text }: Request, key: string) =>
    centre().api('POST', `/api/v1/tickets/${ticketId}/${way}`, { text }, { 'idempotency-key': key });
  const hold = (ticketId: string, text: string) => ask('POST', `/tickets/${ticketId}/held-replies`, { text });
  const takeBack = (id: string) => centre().api('DELETE', `/api/v1/held-replies/${id}`);
  const sendNow = (id: string) => centre().api('POST', `/api/v1/held-replies/${id}/send-now`);
  const written = async (ticketId: string) =>
    (await centre().messages(ticketId)).filter(({ kind }) => kind === 'agent').map(({ text }) => text);
  /** How many who write, hold back, take back or send wait for a row. */
  const waiting = async () => {
    const { rows } = await centre().hub.parts.db.sql.query<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
         and query ~ '^(select (write|hold|move_held)_reply|update held_reply)'`,
    );
    return rows[0]?.count ?? 0;
  };

  /** All of them have looked at what was there before, and none has written, when the row is let go: then they go on in this order. */
  async function together<T>(table: 'ticket' | 'held_reply', id: string, acts: (() => Promise<T>)[]): Promise<T[]> {
    const { begun } = await centre().hub.parts.db.transaction(async (tx) => {
      await tx.query(`select 1 from ${table} where id = $1 for update`, [id]);
      const asked: Promise<T>[] = [];
      for (const act of acts) {
        asked.push(act());
        await eventually(waiting, (count) => count === asked.length);
      }
      return { begun: asked };
    });
    return Promise.all(begun);
  }

  const [atOnce, held] = (['messages', 'held-replies'] as const).map((way) => (text = 'Yes'): Request => ({
    way,
    text,
  })) as [(text?: string) => Request, (text?: string) => Request];
  const heldBack = 'The message with this Idempotency-Key is held back, and leaves by itself';
  const usedForAnother = 'This Idempotency-Key was used for another message';

  it.each([
    ['at once and held back', [atOnce(), held()], usedForAnother],
    ['held back and at once', [held(), atOnce()], heldBack],
    ['at once and held back with other words', [atOnce(), held('No')], usedForAnother],
    ['held back and at once with other words', [held(), atOnce('No')], usedForAnother],
    ['twice at once with other words', [atOnce(), atOnce('No')], usedForAnother],
    ['twice held back with other words', [held(), held('No')], usedForAnother],
    ['twice at once', [atOnce(), atOnce()], null],
    ['twice held back', [held(), held()], null],
  ])('asked for in the same moment %s is one answer', async (_name, requests, refusal) => {
    const { ticketId } = await firstContact();
    const key = randomUUID();
    const [first, second] = (await together(
      'ticket',
      ticketId,
      requests.map((request) => () => post(ticketId, request, key)),
    )) as [ApiAnswer, ApiAnswer];
    expect(first.status).toBe(201);
    expect([second.status, second.body.detail ?? null]).toEqual([refusal === null ? 201 : 409, refusal]);
    if (refusal === null) expect(second.body.id).toBe(first.body.id);
    if (requests[0]?.way === 'held-replies') expect((await sendNow(first.body.id)).body.state).toBe('released');
    expect(await written(ticketId)).toEqual(['Yes']);
    // The same request again is answered by what it made, also after that has left.
    expect((await post(ticketId, requests[0] as Request, key)).body.id).toBe(first.body.id);
    expect(await written(ticketId)).toEqual(['Yes']);
  });

  it('asked for by both ways at once, again and again, is one answer each time', async () => {
    const { ticketId } = await firstContact();
    for (let round = 0; round < 20; round += 1) {
      const key = randomUUID();
      const text = `Round ${round}`;
      const answers = await Promise.all([post(ticketId, held(text), key), post(ticketId, atOnce(text), key)]);
      expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([201, 409]);
      if (answers[0]?.status === 201) await takeBack(answers[0].body.id);
    }
  });

  it('under one key on two tickets is two answers', async () => {
    const [one, other] = [await firstContact(), await firstContact()];
    const key = randomUUID();
    const text = `Both of you ${key}`;
    const answers = await Promise.all([one, other].map(({ ticketId }) => post(ticketId, atOnce(text), key)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect([await written(one.ticketId), await written(other.ticketId)]).toEqual([[text], [text]]);
  });

  it('that was taken back may be written again under its key, and then leaves once', async () => {
    const { ticketId } = await firstContact();
    const key = randomUUID();
    const { body } = await post(ticketId, held(), key);
    expect((await takeBack(body.id)).status).toBe(200);
    const answers = await Promise.all([1, 2, 3].map(() => post(ticketId, atOnce(), key)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect((await post(ticketId, held(), key)).body).toMatchObject({ id: body.id, state: 'taken-back' });
    expect(await written(ticketId)).toEqual(['Yes']);
  });

  it.each([
    ['taken back and sent', [takeBack, sendNow], [200, 409], []],
    ['sent and taken back', [sendNow, takeBack], [200, 409], ['Wait']],
    ['taken back twice and sent', [takeBack, takeBack, sendNow], [200, 200, 409], []],
  ])('%s in the same moment does the first of them', async (_name, acts, statuses, texts) => {
    const { ticketId } = await firstContact();
    const { id } = await hold(ticketId, 'Wait');
    const answers = await together(
      'held_reply',
      id,
      acts.map((act) => () => act(id)),
    );
    expect(answers.map(({ status }) => status)).toEqual(statuses);
    expect(await written(ticketId)).toEqual(texts);
  });

  it('that falls due as it is taken back leaves or comes back, never both', async () => {
    const { ticketId } = await firstContact();
    const { hub } = centre();
    const left: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      const text = `Due ${round}`;
      const { id } = await hold(ticketId, text);
      await hub.parts.db.sql.query('update held_reply set due_at = now() where id = $1', [id]);
      const [, back] = await Promise.all([
        releaseReply(hub.parts, { heldReplyId: id }),
        takeBack(id),
        releaseReply(hub.parts, { heldReplyId: id }),
      ]);
      if (back.status === 409) left.push(text);
    }
    expect(
      await eventually(
        () => written(ticketId),
        ({ length }) => length >= left.length,
      ),
    ).toEqual(left);
  });

  /** As one process that writes it and was given up for gone leaves it to another, which fails: to the author it did not leave. */
  const failsElsewhere = async (id: string): Promise<boolean> => {
    const { rows } = await centre().hub.parts.db.sql.query<{ moved: boolean }>(
      `select move_held_reply($1, '{leaving}', 'failed', 'No such file', null) as moved`,
      [id],
    );
    return rows[0]?.moved === true;
  };

  it('that was taken back does not leave by a process that had been given up for gone', async () => {
    const { ticketId } = await firstContact();
    const { id } = await hold(ticketId, 'Never mind');
    const { slow, back } = await centre().hub.parts.db.transaction(async (tx) => {
      await tx.query('select 1 from ticket where id = $1 for update', [ticketId]);
      const asked = sendNow(id);
      await eventually(waiting, (count) => count === 1);
      expect(await failsElsewhere(id)).toBe(true);
      return { back: await takeBack(id), slow: asked };
    });
    expect(back.status).toBe(200);
    await slow;
    expect(await written(ticketId)).toEqual([]);
    expect((await takeBack(id)).body).toMatchObject({ state: 'taken-back', messageId: null });
  });

  it('that has left is neither failed nor taken back by a process that comes late', async () => {
    const { ticketId } = await firstContact();
    const { hub } = centre();
    const text = `Left ${randomUUID()}`;
    const { id } = await hold(ticketId, text);
    const { rows } = await hub.parts.db.sql.query<{ authorId: string }>(
      `update held_reply set state = 'leaving', claimed_at = now() - interval '1 minute' where id = $1 returning author_id as "authorId"`,
      [id],
    );
    const { messageId } = await createReply(hub.parts, {
      ticketId,
      author: { id: rows[0]?.authorId ?? '', name: 'Grace' },
      key: { heldReplyId: id },
      input: { text, visibility: 'public', attachments: [] },
      correlationId: randomUUID(),
    });
    expect(await failsElsewhere(id)).toBe(false);
    expect((await takeBack(id)).status).toBe(409);
    await releaseReply(hub.parts, { heldReplyId: id });
    expect((await sendNow(id)).status).toBe(409);
    await sent(text);
    const found = await hub.parts.db.sql.query('select state, message_id from held_reply where id = $1', [id]);
    expect(found.rows).toEqual([{ state: 'released', message_id: messageId }]);
    expect(await written(ticketId)).toEqual([text]);
  });
});
