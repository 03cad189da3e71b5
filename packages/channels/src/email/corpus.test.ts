/** Mail that others collected: nothing may crash, and what their own tests expect must come out. */
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HubError, type InboundContactDraft, inboundContact } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parseMail } from './schema.ts';
import { testDeps } from './test-deps.ts';

const manifest = z.object({
  files: z.array(
    z.object({
      file: z.string(),
      expected: z
        .object({
          kind: z.string().optional(),
          weak: z.boolean().optional(),
          subject: z.string().optional(),
          attachments: z.number().optional(),
          from: z.string().optional(),
          recipients: z.number().nullish(),
          results: z
            .array(z.object({ dsn: z.string(), replycode: z.string(), reason: z.string(), hardbounce: z.boolean() }))
            .optional(),
        })
        .optional(),
    }),
  ),
});
const kinds: Record<string, string> = {
  bounce: 'bounce',
  complaint: 'complaint-report',
  'auto-reply': 'auto-reply',
  'delivered-notice': 'delivery-notice',
};
const stillTrying = /^(Action: delayed| *A message is delayed)/im;
const corpus = process.env['CORPUS_DIR'];
if (corpus === undefined) console.warn('SKIPPED: mail corpus, CORPUS_DIR is not set');

const deps = testDeps();
const folder = join(corpus ?? '', 'mail');
const read = async (file: string) => await parseMail(readFileSync(join(folder, file)), { from: null, to: [] }, deps);

describe.skipIf(corpus === undefined)('mail corpus', () => {
  test('every file is a contact or refused with a reason', async () => {
    const files = (await readdir(folder, { recursive: true })).filter((file) => /\.(eml|raw)$/.test(file));
    let refused = 0;
    for (const file of files) {
      const contact = await read(file).catch((error: unknown) => error);
      if (contact instanceof HubError) refused += 1;
      else expect(inboundContact.safeParse(contact), file).toMatchObject({ success: true });
      expect(JSON.stringify(contact), file).not.toMatch(/\\u0000|\\ud[89a-f]/i);
    }
    console.info(`mail corpus: ${files.length} files, ${refused} refused`);
    expect(files.length).toBeGreaterThan(0);
  }, 60_000);

  test('subjects, senders, attachments and kinds are as their sources expect', async () => {
    const misses: string[] = [];
    let compared = 0;
    const compare = (file: string, what: string, got: unknown, want: unknown) => {
      compared += 1;
      if (got !== want) misses.push(`${file}: ${what} ${JSON.stringify(got)} instead of ${JSON.stringify(want)}`);
    };
    for (const { file, expected } of manifest.parse(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')))
      .files) {
      if (expected === undefined || expected.weak === true) continue;
      const contact: InboundContactDraft = await read(file);
      if (expected.subject !== undefined)
        compare(file, 'subject', plain(contact.subject ?? ''), plain(expected.subject));
      if (expected.attachments !== undefined)
        compare(file, 'attachments', contact.attachments?.length, expected.attachments);
      if (expected.from !== undefined) compare(file, 'from', contact.from, expected.from);
      // A source that knows only bounces calls a mail that is still being tried one, too.
      const kind =
        expected.kind === 'bounce' && stillTrying.test(readFileSync(join(folder, file), 'latin1'))
          ? 'delivery-notice'
          : kinds[expected.kind ?? ''];
      if (kind !== undefined) compare(file, 'kind', contact.kind, kind);
    }
    console.info(`mail corpus: ${compared - misses.length} of ${compared} as expected\n${misses.join('\n')}`);
    expect(1 - misses.length / compared).toBeGreaterThanOrEqual(0.97);
  }, 60_000);
});

describe.skipIf(corpus === undefined)('bounces of the corpus', () => {
  test('name recipients, codes, and whether a later try can succeed', async () => {
    const score = { recipients: [0, 0], permanent: [0, 0], code: [0, 0], reply: [0, 0] };
    const misses: string[] = [];
    const compare = (what: keyof typeof score, file: string, got: unknown, want: unknown) => {
      score[what][1] = (score[what][1] ?? 0) + 1;
      if (got === want) score[what][0] = (score[what][0] ?? 0) + 1;
      else misses.push(`${file}: ${what} ${JSON.stringify(got)} instead of ${JSON.stringify(want)}`);
    };
    for (const { file, expected } of manifest.parse(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')))
      .files) {
      if (expected?.results === undefined || expected.weak === true || expected.kind !== 'bounce') continue;
      const reports = (await read(file)).reports ?? [];
      compare(
        'recipients',
        file,
        reports.filter((report) => report.recipient !== undefined).length,
        expected.recipients,
      );
      for (const [index, want] of expected.results.entries()) {
        const got = reports[index];
        compare('permanent', `${file} (${want.reason})`, got?.permanent ?? false, want.hardbounce);
        // 5.0.9xx are the source's own numbers where the report has none.
        if (!/^[45]\.0\.9\d\d$/.test(want.dsn)) compare('code', file, got?.code ?? '', want.dsn);
        compare('reply', file, got?.replyCode ?? '', want.replycode);
      }
    }
    const shares = Object.entries(score).map(([what, [right = 0, all = 0]]) => `${what} ${right} of ${all}`);
    console.info(`bounces: ${shares.join(', ')}\n${misses.join('\n')}`);
    for (const [what, [right = 0, all = 0]] of Object.entries(score)) {
      expect(all, what).toBeGreaterThan(0);
      expect(right / all, what).toBeGreaterThanOrEqual(0.97);
    }
  }, 60_000);
});

// White space in folded subjects is unfolded differently by every parser.
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
