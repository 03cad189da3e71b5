/** Against a name server on loopback, while the loop stands still. */
import { describe, expect, test } from 'vitest';
import { systemDns, withDeadline } from './mail-dns.ts';
import { startNameServer } from './name-server-stand-in.ts';
import { check, from, plain, zone } from './signed-mails.ts';

/** Milliseconds: longer than a question may take, and than the checks of a mail may. */
const [longerThanQuestion, longerThanChecks] = [1_500, 2_500];
const stall = (ms: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe('name service', () => {
  test('an answer that came while the loop stood still is taken', async () => {
    await using server = await startNameServer(zone, 0);
    const dns = systemDns([server.address]);
    const answer = dns('shop.example', 'TXT');
    stall(longerThanQuestion);
    expect(await answer).toEqual([[zone['TXT shop.example']]]);
  });

  test('also where many mails took a part of that turn each', async () => {
    await using server = await startNameServer(zone, 0);
    const dns = systemDns([server.address]);
    const answer = dns('shop.example', 'TXT');
    for (let mail = 0; mail < 10; mail += 1) {
      stall(longerThanQuestion / 10);
      withDeadline(dns, 2_000).end();
    }
    expect(await answer).toEqual([[zone['TXT shop.example']]]);
  });

  test('nor are the name servers left alone when it stood still while they were asked whether they answer', async () => {
    await using server = await startNameServer(zone, 50);
    const dns = systemDns([server.address]);
    server.onQuestion(
      (name) => name === '',
      () => stall(longerThanQuestion),
    );
    await expect(dns('slow.example', 'TXT')).rejects.toMatchObject({ code: 'ETIMEOUT' });
    expect(await dns('shop.example', 'TXT')).toEqual([[zone['TXT shop.example']]]);
  });

  test('time for which it stood still is no time of a mail, but for what is never answered that ends', async () => {
    await using server = await startNameServer(zone, 0);
    const { dns, end } = withDeadline(systemDns([server.address]), 2_000);
    const answers = Promise.all([dns('shop.example', 'TXT'), dns('strict.example', 'TXT')]);
    stall(longerThanChecks);
    expect(await answers).toHaveLength(2);
    await expect(dns('slow.example', 'TXT')).rejects.toMatchObject({ code: 'ETIMEOUT' });
    end();
  });

  test('a mail that pretends is found out all the same', async () => {
    await using server = await startNameServer(zone, 50);
    server.onQuestion(
      (name) => name.endsWith('strict.example'),
      () => stall(longerThanChecks),
    );
    const dns = systemDns([server.address]) as never;
    expect(await check(plain('ceo@strict.example'), from('203.0.113.9'), dns)).toMatchObject({
      verdict: 'fail',
      grade: 'claimed',
    });
  });

  test('name servers that are silent are left alone after a question and another', async () => {
    await using server = await startNameServer({}, 60_000);
    const dns = systemDns([server.address]);
    const begun = performance.now();
    await expect(dns('shop.example', 'TXT')).rejects.toMatchObject({ code: 'ETIMEOUT' });
    await expect(dns('else.example', 'TXT')).rejects.toMatchObject({ code: 'ECANCELLED' });
    expect(performance.now() - begun).toBeLessThan(8_000);
  });
});
