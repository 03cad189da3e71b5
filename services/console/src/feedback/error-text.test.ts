import { describe, expect, it } from 'vitest';
import { errorText } from './error-text.ts';
import { fixed, meanings } from './error-words.ts';

const sources = Object.values(
  import.meta.glob<string>(
    ['../../../../packages/{channels,engine,store,domain}/{src,migrations}/**/*.{ts,sql}', '!**/*.test.ts'],
    { query: '?raw', import: 'default', eager: true },
  ),
).join('\n');

describe('errors in Chinese', () => {
  it('have the words in which the hub writes them today', () => {
    const written = (text: string) => sources.includes(text);
    const gone = [...Object.keys(fixed), ...Object.keys(meanings)].filter((text) => !written(text));
    expect(gone).toEqual([]);
  });

  it.each([
    ['Twilio 30003: the handset cannot be reached', 'Twilio 30003：无法联系到对方手机'],
    ['Twilio 21211: The "To" number is invalid', 'Twilio 21211：收件号码无效 “The "To" number is invalid”'],
    ['Twilio 20429: Too many', 'Twilio 20429：“Too many”'],
    ['Twilio 30999', 'Twilio 30999：未说明原因'],
    ['Twilio: undelivered', 'Twilio：未送达'],
    ['The server refused the sign-in: AUTHENTICATIONFAILED', '服务器拒绝登录：“AUTHENTICATIONFAILED”'],
    ['The mail could not be taken in: the database or the file store failed', '邮件未能收取：数据库或文件存储出错'],
    [
      'The mail server refused the mail with 550; only a@example.org got it',
      '邮件服务器拒绝了邮件（550）；仅 a@example.org 已收到',
    ],
    ['550 5.1.1 User unknown', '原文：“550 5.1.1 User unknown”'],
    ['constructor', '原文：“constructor”'],
    ['客户要求', '客户要求'],
  ])('%s', (english, chinese) => {
    expect(errorText(english, 'zh')).toBe(chinese);
  });

  it.each([
    ['Twilio 21211: The "To" number is invalid', 'Twilio 21211: “The "To" number is invalid”'],
    ['Twilio 30003: the handset cannot be reached', 'Twilio 30003: the handset cannot be reached'],
    ['The server refused the sign-in: No', 'The server refused the sign-in: “No”'],
    ['The server does not answer', 'The server does not answer'],
  ])('and in English: %s', (error, shown) => {
    expect(errorText(error, 'en')).toBe(shown);
  });
});
