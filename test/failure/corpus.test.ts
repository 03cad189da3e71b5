import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:net';
import { describe, expect, inject, it } from 'vitest';
import { eventually } from '../support/client.ts';
import { startHub } from '../support/hub.ts';
import { onBothBackends } from '../support/backends.ts';

/** One mail over one connection, its bytes untouched but for dot-stuffing (RFC 5321, 4.5.2). Answers the last reply. */
async function sendRaw(port: number, bytes: Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const replies = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const reply = async () => {
    let text = '';
    while (!/^\d{3} .*\r\n$/m.test(text)) {
      const { value, done } = await replies.next();
      if (done) throw new Error(`closed after ${text}`);
      text += value.toString();
    }
    return text;
  };
  await reply();
  for (const command of [
    'EHLO client.example',
    'MAIL FROM:<sender@example.org>',
    'RCPT TO:<support@patchbay.test>',
    'DATA',
  ]) {
    socket.write(`${command}\r\n`);
    await reply();
  }
  const text = bytes.toString('latin1').replaceAll(/\r?\n/g, '\r\n').replaceAll(/^\./gm, '..');
  socket.write(Buffer.from(`${text}${text.endsWith('\r\n') ? '' : '\r\n'}.\r\n`, 'latin1'));
  const last = await reply();
  socket.end('QUIT\r\n');
  return last.trim();
}

function asReceived(bytes: Buffer): string {
  const text = bytes.toString('latin1').replaceAll(/\r?\n/g, '\r\n');
  return createHash('sha256')
    .update(Buffer.from(text.endsWith('\r\n') ? text : `${text}\r\n`, 'latin1'))
    .digest('hex');
}

describe.skipIf(inject('corpus') === null)('the mail corpus', () => {
  onBothBackends('by SMTP', (backend) => {
    it('ends as messages, duplicates or quarantined contacts with a reason, and nothing crashes', async () => {
      const folder = join(inject('corpus') ?? '', 'mail');
      const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
        (file) => file.isFile() && file.name !== 'manifest.json',
      );
      expect(files.length).toBeGreaterThan(100);
      await using hub = await startHub(backend);
      const hashes = new Map<string, string>();
      const queue = [...files];
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          for (let file = queue.pop(); file; file = queue.pop()) {
            const bytes = await readFile(join(file.parentPath, file.name));
            expect(await sendRaw(hub.ground.smtpPort, bytes), file.name).toMatch(/^250 /);
            hashes.set(asReceived(bytes), file.name);
          }
        }),
      );
      await eventually(
        () => hub.api('GET', '/api/v1/inbox?state=pending'),
        ({ body }) => body.items.length === 0,
        60_000,
      );
      const { rows } = await hub.hub.parts.db.sql.query<{
        state: string;
        reason: string | null;
        raw_sha256: string;
        message_id: string | null;
      }>('select state, reason, raw_sha256, message_id from inbox');
      const found = new Map(rows.map((row) => [row.raw_sha256, row]));
      expect([...hashes].filter(([hash]) => !found.has(hash)).map(([, name]) => name)).toEqual([]);
      const unexplained = rows.filter((row) => (row.state === 'done' ? row.message_id === null : row.reason === null));
      expect(unexplained).toEqual([]);
      const quarantined = rows.filter((row) => row.state === 'quarantined');
      expect(quarantined.length / rows.length).toBeLessThan(0.03);
    }, 180_000);
  });
});
