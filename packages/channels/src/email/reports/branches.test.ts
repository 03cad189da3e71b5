/** One recipient of several groups, several of one group, and lists: who is told of, and once. */
import { expect, test } from 'vitest';
import { parseMail } from '../schema.ts';
import { mailOf, testDeps } from '../test-deps.ts';
import { copy, report } from './test-bounces.ts';

async function reportsOf(headers: string[], text: string[]): Promise<string[]> {
  const raw = mailOf('From: MAILER-DAEMON@firm.example', 'Subject: Undelivered mail', ...headers, '', ...text);
  const { reports } = await parseMail(raw, { from: '', to: ['service@centre.test'] }, testDeps());
  return (reports ?? []).map(
    ({ recipient, result, permanent, code }) =>
      `${recipient ?? '?'} ${result} ${permanent ? 'for good' : 'for now'} ${code ?? '-'}`,
  );
}
const ofFields = async (...fields: string[]) => {
  const { headers, text } = report(fields);
  return await reportsOf(headers, text);
};

const branch = (to: string, action: string, status: string, said: string) => [
  'Original-Recipient: rfc822; sales@firm.example',
  `Final-Recipient: rfc822; ${to}`,
  `Action: ${action}`,
  `Status: ${status}`,
  `Diagnostic-Code: smtp; ${said}`,
  '',
];
const gone = branch('ida@firm.example', 'failed', '5.1.1', '550 5.1.1 No such user');
const goneToo = branch('leo@firm.example', 'failed', '5.1.1', '550 5.1.1 No such user');
const full = branch('max@firm.example', 'failed', '5.2.2', '552 5.2.2 Mailbox full');
const late = branch('pia@far.example', 'delayed', '4.4.1', 'connection timed out');
const there = branch('tom@firm.example', 'delivered', '2.1.5', '250 2.1.5 OK');

test.each<[string, string[], string]>([
  ['one late, one gone', [...late, ...gone], 'failed for now 5.1.1'],
  ['one gone, one late', [...gone, ...late], 'failed for now 5.1.1'],
  ['one delivered, one gone', [...there, ...gone], 'failed for now 5.1.1'],
  ['one delivered, one late', [...there, ...late], 'delayed for now 4.4.1'],
  ['one gone, one full', [...gone, ...full], 'failed for now 5.2.2'],
  ['one full, one gone', [...full, ...gone], 'failed for now 5.2.2'],
  ['all gone', [...gone, ...goneToo], 'failed for good 5.1.1'],
  ['one gone, told twice', [...gone, ...gone], 'failed for good 5.1.1'],
])('branches of an alias, %s', async (_name, fields, told) => {
  expect(await ofFields(...fields)).toEqual([`sales@firm.example ${told}`]);
});

test('no blank line between recipients', async () => {
  const fields = [
    'Final-Recipient: rfc822; ida@firm.example',
    'Action: failed',
    'Status: 5.1.1',
    'Original-Recipient: rfc822; leo@firm.example',
    'Final-Recipient: rfc822; leo@inner.example',
    'Action: failed',
    'Status: 5.2.2',
  ];
  expect(await ofFields(...fields)).toEqual([
    'ida@firm.example failed for good 5.1.1',
    'leo@firm.example failed for now 5.2.2',
  ]);
});

test('a blank line between all fields', async () => {
  const fields = ['Final-Recipient: rfc822; ida@firm.example', '', 'Action: failed', '', 'Status: 5.1.1'];
  expect(await ofFields(...fields)).toEqual(['ida@firm.example failed for good 5.1.1']);
});

test('a list with signs, and one reason below it', async () => {
  const text = [
    'Delivery to the following recipients failed permanently:',
    '',
    '    * ida@firm.example',
    '    * leo@firm.example',
    '',
    'Details of the failure follow.',
    '',
    '550 5.1.1 No such user',
  ];
  expect(await reportsOf([], text)).toEqual([
    'ida@firm.example failed for good 5.1.1',
    'leo@firm.example failed for good 5.1.1',
  ]);
});

test('an old address and where it went on to, without fields', async () => {
  const text = [
    '   ----- The following addresses had permanent fatal errors -----',
    '<ida@inner.example>',
    '    (reason: 550 5.1.1 <ida@inner.example>... User unknown)',
    '    (expanded from: <ida@firm.example>)',
    '',
    '   ----- Transcript of session follows -----',
    '550 5.1.1 <ida@firm.example>... User unknown',
    ...copy,
  ];
  expect(await reportsOf([], text)).toEqual(['ida@firm.example failed for good 5.1.1']);
});
