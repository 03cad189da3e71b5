/** Subjects in encoded words that break the rules of RFC 2047, as programs write them. */
import { expect, test } from 'vitest';
import { parseMail } from '../schema.ts';
import { mailOf, testDeps } from '../test-deps.ts';

test.each([
  ['a question mark within', '=?utf-8?Q?where_is_it??=', 'where is it?'],
  ['a quoted name of the character set', '=?"utf-8"?B?w7w=?=', 'ü'],
  ['UTF-8 that calls itself ASCII', '=?us-ascii?Q?Gr=C3=BC=C3=9Fe?=', 'Grüße'],
  ['a Western letter that calls itself UTF-8', '=?utf-8?Q?Gr=FC=DFe?=', 'Grüße'],
  ['what is lost', '=?utf-8?B?xOO6w8Tjus0=?=', '=?utf-8?B?xOO6w8Tjus0=?='],
  ['a letter cut in two', '=?us-ascii?Q?Gr=C3?= =?us-ascii?Q?=BC?= x', 'Grü x'],
  [
    'Korean of seven bits',
    'Re: =?ISO-2022-KR?B?GyQpQw4+SDNnDw==?= =?iso-2022-kr?q?=1B$)C=0EGO<<?d=0F?=',
    'Re: 안녕하세요',
  ],
  ['words around', 'Re: =?us-ascii?Q?=C3=BC?= and b', 'Re: ü and b'],
  ['ASCII that is ASCII', '=?us-ascii?Q?a=20b?=', 'a b'],
  ['what is no text in any', '=?UTF-8?B?nnDusSMbHd2w?=', '=?UTF-8?B?nnDusSMbHd2w?='],
  ['what has nothing in its form', '=?utf-8?B?!!?=', '=?utf-8?B?!!?='],
  ['an empty one', '=?utf-8?Q??= Lamp', 'Lamp'],
  ['what is no word', 'a =?b?c?= d', 'a =?b?c?= d'],
])('%s', async (_name, written, subject) => {
  const raw = mailOf('From: ann@example.com', `Subject: ${written}`, '', 'x');
  expect((await parseMail(raw, { from: null, to: [] }, testDeps())).subject).toBe(subject);
});
