import { HubError } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { MailProblem } from '../../mailbox.ts';
import { problemOf } from './problem.ts';

const failing = (fields: object) => Object.assign(new Error('Command failed'), fields);

test.each([
  ['a wrong password', { authenticationFailed: true, responseText: 'Authentication failed.' }, 'authentication'],
  [
    'a server that cannot check',
    { authenticationFailed: true, serverResponseCode: 'UNAVAILABLE', responseStatus: 'NO' },
    'server',
  ],
  ['no such host', { code: 'ENOTFOUND' }, 'host-not-found'],
  ['a closed port', { code: 'ECONNREFUSED' }, 'connection'],
  ['a lost connection', { code: 'EConnectionClosed' }, 'connection'],
  ['silence', { code: 'GREETING_TIMEOUT' }, 'timeout'],
  ['silence of the network', { code: 'ETIMEDOUT' }, 'timeout'],
  ['a certificate of nobody', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'certificate'],
  ["another host's certificate", { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'certificate'],
  ['no TLS on this port', { code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'encryption'],
  ['a folder that is gone', { mailboxMissing: true, responseStatus: 'NO' }, 'folder-missing'],
  ['a refused command', { responseStatus: 'BAD', responseText: 'what?' }, 'server'],
  ['a missing folder by its code', { responseStatus: 'NO', serverResponseCode: 'NONEXISTENT' }, 'folder-missing'],
  ['something else', {}, 'server'],
])('%s', (_name, fields, code) => {
  expect(problemOf(failing(fields))).toMatchObject({ name: 'MailProblem', code });
});

test('keeps a problem that is one already, and tells a trouble of the hub apart', () => {
  const problem = new MailProblem('sign-in-again', 'Sign in again');
  expect(problemOf(problem)).toBe(problem);
  expect(problemOf(new HubError('unavailable', 'The database does not answer'))).toMatchObject({
    code: 'hub',
    message: expect.stringContaining('The database does not answer'),
  });
});

test('shows no secret that a server repeats, plain or encoded', () => {
  const encoded = Buffer.from('s3cret-pass').toString('base64');
  const { message } = problemOf(
    failing({ authenticationFailed: true, responseText: `bad password s3cret-pass (${encoded})` }),
    ['s3cret-pass'],
  );
  expect(message).toContain('bad password');
  expect(message).not.toMatch(/s3cret/);
  expect(message).not.toContain(encoded);
});

test.each([
  ['a quoted string', 'a"b\\c', String.raw`LOGIN "u" "a\"b\\c"`, 'LOGIN "u" "…"'],
  ['white space as it was typed', 'two  blanks', 'LOGIN u two  blanks', 'LOGIN u …'],
  ['beside the user', 'gehéim', `AUTH PLAIN ${Buffer.from('\0u\0gehéim').toString('base64')}`, 'AUTH PLAIN …'],
  [
    'cut off',
    'long-password',
    `AUTH PLAIN ${Buffer.from('\0u\0long-password').toString('base64').slice(0, 14)}`,
    'AUTH PLAIN …',
  ],
  ['a token that is cut off', 'token', `A ${Buffer.from('user=u\u0001auth=Bearer tok').toString('base64')}`, 'A …'],
  ['none', 'secret', 'Logins are off until tomorrow', 'Logins are off until tomorrow'],
])('shows no secret that is repeated: %s', (_form, secret, responseText, told) => {
  const { message } = problemOf(failing({ authenticationFailed: true, responseText }), [secret]);
  expect(message).toBe(`The server refused the sign-in: ${told}`);
});

test.each([undefined, null, 'text', 7])('makes something of %j', (error) => {
  expect(problemOf(error).code).toBe('server');
});
