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

  /** Where what agents and administrators of channels are refused is written. */
  const refusing = Object.entries(
    import.meta.glob<string>(
      [
        '../../../../packages/engine/src/{pipeline/{compose-reply,deliver,held-replies,messaging,outbound-batches,recipients,reconcile,replay,reply,ticket-request},mail-accounts/*}.ts',
        '../../../../packages/engine/src/http/routes/{composing,mail-accounts,mail-identities,messages,outbox}.ts',
        '../../../../packages/channels/src/{outgoing-address,email/{compose,send,imap/*},http/{index,schema,send},twilio/{media,send-message}}.ts',
        '!**/*.test.ts',
      ],
      { query: '?raw', import: 'default', eager: true },
    ),
  );
  const literal = /(?:HubError|MailProblem|refuse|wrong)\(\s*(?:'[\w-]+',\s*)?(['"`])((?:\\.|(?!\1).)*)\1/gs;

  it('are known for whatever is refused on the way in and out', () => {
    /** With something in every place: a field before a colon, a number elsewhere; what is repeated of somebody else at the end, left out. */
    const filled = (text: string) =>
      text
        .replace(/\$\{(?:said|quoted\([^}]*)\}$/u, '')
        .replace(/^\$\{[^}]*\}(?=: )/u, 'cc.0')
        .replaceAll(/\$\{[^}]*\}/gu, '12');
    const written = refusing.flatMap(([file, source]) =>
      Array.from(source.matchAll(literal), ([, , text = '']) => ({ file, text: filled(text) })),
    );
    // A code alone stands where its words are put together elsewhere.
    const said = written.filter(({ text }) => text.includes(' ') && !text.includes('${'));
    expect(said.length).toBeGreaterThan(100);
    const internal = /is not there$|has no webhooks$/;
    const unknown = said.filter(({ text }) => errorText(text, 'zh').startsWith('原文') && !internal.test(text));
    expect(unknown).toEqual([]);
  });

  it.each([
    ['cc: ann@example.org has withdrawn consent to be written to', '抄送：ann@example.org 已拒绝接收消息'],
    [
      'Consent was withdrawn by ann@example.org; nobody was written to',
      'ann@example.org 已拒绝接收消息，未向任何人发送',
    ],
    ['text: this channel carries 1600 characters at most, and these are 1700', '该渠道最多 1600 个字符，现为 1700 个'],
    [
      'attachments: this channel carries no text with a file of type audio/ogg; send the words as a message of their own',
      'audio/ogg 类型的文件不能附带文字，请将文字作为单独的消息发送',
    ],
    [
      'A file of type audio/ogg carries no text; send the words as a message of their own',
      'audio/ogg 类型的文件不能附带文字，请将文字作为单独的消息发送',
    ],
    ['attachments: this channel carries pictures of 5 MB at most', '图片最大 5 MB'],
    ['A picture may have 5242880 bytes', '图片最大 5242880 字节'],
    [
      '550 No such user (nothing vouches for this report but the Message-ID that it names)',
      '原文：“550 No such user”（仅凭所引邮件编号，来源未经证实）',
    ],
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
    [
      'Not taken for bob@example.org (550), ann@example.org (no answer); everybody else has it',
      'bob@example.org (550)，ann@example.org (无应答) 未能收到；其余收件人已收到',
    ],
    ['Not taken for bob@example.org (550)', 'bob@example.org (550) 未能收到'],
    ['bob@example.org: 5.1.1 User unknown', 'bob@example.org：“5.1.1 User unknown”'],
    ['bob@example.org: The mail came back', 'bob@example.org：邮件被退回'],
    [
      'bob@example.org: No (nothing vouches for this report but the Message-ID that it names)',
      'bob@example.org：原文：“No”（仅凭所引邮件编号，来源未经证实）',
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
