import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { mailSizeLimit } from '../inlet.ts';
import { mailOf, testDeps } from '../test-deps.ts';
import { mostOnTheWay, takeMail } from './take.ts';

it.each([
  ['four as large as a mail may be', mailSizeLimit, 4],
  ['eight of half that size', mailSizeLimit / 2, 8],
  ['one that is larger than all that may be', 4 * mailSizeLimit + 1, 1],
])('lets on their way at once %s', async (_name, size, atOnce) => {
  const gate = Promise.withResolvers<void>();
  let [underWay, most, ended] = [0, 0, 0];
  const deps = testDeps({
    receive: async ({ externalId }) => {
      most = Math.max(most, (underWay += 1));
      await gate.promise;
      underWay -= 1;
      ended += 1;
      return { inboxId: externalId, outcome: 'accepted' };
    },
  });
  const head = mailOf('From: a@example.org', 'Message-ID: <large@example.org>', 'Content-Type: image/png', '', '');
  const raw = Buffer.concat([head, Buffer.alloc(size - head.length, 'x')]);
  const box = { address: 'box@centre.test', authservId: null };
  const all = Promise.all(Array.from({ length: atOnce + 1 }, () => takeMail({ raw, old: false }, box, deps)));
  while (underWay < atOnce) await setImmediate();
  for (let turn = 0; turn < 100; turn += 1) await setImmediate();
  gate.resolve();
  await all;
  expect([most, ended]).toEqual([atOnce, atOnce + 1]);
});

it('lets only so many mails of all mailboxes on their way at once, and each of them in', async () => {
  const count = mostOnTheWay + 20;
  const underWay: (() => void)[] = [];
  const taken = new Set<string>();
  const deps = testDeps({
    receive: async ({ externalId }) => {
      const gate = Promise.withResolvers<void>();
      underWay.push(gate.resolve);
      await gate.promise;
      taken.add(externalId);
      return { inboxId: externalId, outcome: 'accepted' };
    },
  });
  const raw = (index: number) => mailOf('From: a@example.org', `Message-ID: <${index}@example.org>`, '', 'Hello');
  const all = Promise.all(
    Array.from({ length: count }, (_, index) =>
      takeMail({ raw: raw(index), old: false }, { address: `box${index % 5}@centre.test`, authservId: null }, deps),
    ),
  );
  while (taken.size < count) {
    const due = Math.min(count - taken.size, mostOnTheWay);
    while (underWay.length < due) await setImmediate();
    // Whoever was let in beside them has been read by then.
    for (let turn = 0; turn < 100; turn += 1) await setImmediate();
    expect(underWay.length).toBe(due);
    underWay.splice(0, 7).forEach((open) => open());
    await setImmediate();
  }
  await all;
  expect(taken.size).toBe(count);
});
