/** While contacts come in a rush they are taken in and shown, and what follows from them waits for its end, and for no more than that. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Rush } from '@patchbay/engine/rush';
import { readerStates } from '@patchbay/store/queries/event-readers';
import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { onBothBackends, type Backend } from '../support/backends.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { mailProgram, startMailSink } from '../support/mail.ts';
import { ticketClient } from '../support/ticket-client.ts';

/** A rush that lasts until it is ended, whatever comes in, and does not heed how long somebody waits at the most. */
function heldRush() {
  const over = Promise.withResolvers<void>();
  let isOn = true;
  const rush: Rush = {
    note: () => undefined,
    isOn: () => isOn,
    passed: async (_limitMs, signal) => {
      const left = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => left.resolve(), { once: true });
      if (isOn && !signal.aborted) await Promise.race([over.promise, left.promise]);
    },
  };
  const end = () => {
    isOn = false;
    over.resolve();
  };
  return { rush, end };
}

async function startCentre(backend: Backend) {
  await using stack = new AsyncDisposableStack();
  const { rush, end } = heldRush();
  const sink = stack.use(await startMailSink());
  const hub = stack.use(await startHub(backend, { env: { SMTP_URL: sink.url }, overrides: { rush } }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const owned = stack.move();
  return {
    ...hub,
    ...ticketClient(hub.api, desk),
    sink,
    end,
    write: mailProgram(hub.ground.smtpPort),
    behind: async () => (await readerStates(hub.hub.parts.db.sql)).filter(({ behind }) => behind > 0),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

onBothBackends('a rush', (backend) => {
  it('has contacts shown at once, and them acknowledged and counted after it, once each', async () => {
    await using centre = await startCentre(backend);
    const senders = Array.from({ length: 5 }, (_, n) => `caller-${n}-${randomUUID().slice(0, 8)}@example.org`);
    await Promise.all(
      senders.map(async (from) => {
        const messageId = `<${randomUUID()}@example.org>`;
        await centre.write({ from, messageId, subject: 'Broken lamp', text: 'It does not light up.' });
        expect((await centre.received(messageId)).ticketId).toBeTruthy();
      }),
    );
    // Long enough for what does not wait.
    await delay(1_500);
    expect(centre.sink.mails.items).toEqual([]);
    expect((await centre.behind()).map(({ name }) => name)).toEqual(expect.arrayContaining(['clocks', 'figures']));
    centre.end();
    for (const from of senders)
      await centre.sink.mails.until(({ to }) => to.includes(from), `the acknowledgement of ${from}`);
    await expect.poll(centre.behind, { timeout: 20_000 }).toEqual([]);
    expect(centre.sink.mails.items).toHaveLength(senders.length);
  });

  it('keeps no hub from ending', async () => {
    await using stack = new AsyncDisposableStack();
    const centre = stack.use(await startCentre(backend));
    const messageId = `<${randomUUID()}@example.org>`;
    await centre.write({ from: `${randomUUID()}@example.org`, messageId, subject: 'Lamp', text: 'It is dark.' });
    await centre.received(messageId);
    await expect(stack.disposeAsync()).resolves.toBeUndefined();
  });
});
