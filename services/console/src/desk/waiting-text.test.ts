import type { OutgoingWait } from '@patchbay/contracts';
import i18next from 'i18next';
import { beforeAll, expect, test } from 'vitest';
import { en } from '../locales/en/index.ts';
import { zh } from '../locales/zh/index.ts';
import { waitingText } from './waiting-text.ts';

const now = new Date(2026, 2, 1, 12, 0).getTime();
const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
const tried: OutgoingWait = {
  behind: null,
  error: 'The mail server put the mail off with 451',
  attempts: 8,
  nextAttemptAt: at(5),
};
const behind = { messageId: 'm', at: at(-30), automatic: true };

beforeAll(async () => {
  await i18next.init({
    lng: 'en',
    resources: { en: { translation: en }, zh: { translation: zh } },
    interpolation: { escapeValue: false },
  });
});

test.each<[string, string, OutgoingWait, string[]]>([
  ['tried before', 'en', tried, ['The mail server put the mail off with 451', '8 attempts', 'Next try 12:05']],
  ['in Chinese', 'zh', tried, ['邮件服务器暂缓接收邮件（451）', '尝试 8 次', '下次尝试 12:05']],
  [
    'behind an acknowledgement',
    'en',
    { ...tried, behind },
    [
      'Waits behind the automatic message of 11:30, which comes first',
      'The mail server put the mail off with 451',
      '8 attempts',
      'Next try 12:05',
    ],
  ],
  [
    'behind another answer',
    'zh',
    { behind: { ...behind, automatic: false }, error: null, attempts: 0, nextAttemptAt: at(-1) },
    ['排在 11:30 的消息之后，须等其先发出'],
  ],
  ['being tried', 'en', { ...tried, nextAttemptAt: null }, ['The mail server put the mail off with 451', '8 attempts']],
  ['put off by a limit', 'en', { ...tried, error: null, attempts: 0 }, ['Next try 12:05']],
  ['just written', 'en', { behind: null, error: null, attempts: 0, nextAttemptAt: at(0) }, []],
  ['at its first try', 'en', { behind: null, error: null, attempts: 1, nextAttemptAt: null }, []],
])('%s', (_, language, waiting, text) => {
  expect(waitingText(i18next.getFixedT(language), waiting, now, language)).toEqual(text);
});
