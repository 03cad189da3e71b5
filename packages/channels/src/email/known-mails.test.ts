/** However text is made for people: by what a mail is known stays as it is, or every mail of a mailbox that is fetched anew would be taken for another. */
import { expect, test } from 'vitest';
import { parseMail } from './schema.ts';
import { mailOf, testDeps } from './test-deps.ts';

const order =
  '<h1>Order aBc</h1><table><tr><td>Item</td><td>5</td></tr></table><p>See <a href="https://x.example">https://x.example</a><img src="https://x.example/a.png"></p><blockquote>Old</blockquote>';
const flowed = [
  'Yes, the ',
  'blue one.',
  '',
  'You wrote: ',
  '> Which of the ',
  '> two? ',
  'Blue.',
  '>> older ',
  '> old',
  ' > odd',
  '',
  '-- ',
  'Ann',
];
const head = [
  'From: ann@example.com',
  'Subject: Order',
  'Date: Tue, 3 Mar 2026 10:00:00 +0000',
  'Message-ID: <1@example.com>',
  'MIME-Version: 1.0',
];

test.each([
  [
    'HTML alone',
    ['Content-Type: text/html; charset=utf-8', '', order],
    '547a8150bb41af7ea296301ca56aa1be62175627e399e9c3a257bc12ff6392e8',
    'd560eabf6c88d6d5416e14b98491aa99b9b1bbe9bedee38c0e79643f4a9a2309',
  ],
  [
    'HTML alone in parts',
    ['Content-Type: multipart/related; boundary=b', '', '--b', 'Content-Type: text/html', '', order, '--b--'],
    'fb0b191601af3fde7e3fce598f854706391ec31ceb8fee051e43a8b7797f79c2',
    'd560eabf6c88d6d5416e14b98491aa99b9b1bbe9bedee38c0e79643f4a9a2309',
  ],
  [
    'HTML beside a text of blanks',
    [
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      '',
      ' ',
      '--b',
      'Content-Type: text/html',
      '',
      order,
      '--b--',
    ],
    'fe665e9c724df175eb9f4522ffdea831ac1c09752a757e17545a7e5fb357f964',
    'd560eabf6c88d6d5416e14b98491aa99b9b1bbe9bedee38c0e79643f4a9a2309',
  ],
  [
    'HTML behind a text',
    [
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      '',
      'Hello',
      '--b',
      'Content-Type: text/html',
      '',
      order,
      '--b--',
    ],
    'cd48f4ccda655ebe297eebe8c4f15289018def3ddd97dfe1b95ec421f0e7c7cc',
    '6fbbe52e3ae95ec374d37bc6bfdcb14ef29464c9f1e6037e571f50de2f9d39e5',
  ],
  [
    'flowed lines',
    ['Content-Type: text/plain; format=flowed', '', ...flowed],
    '4a9cf15344e972f0813a0ff030e71ae671c80d9dde990fc54ed852369607d0d7',
    'dacd4da6e9db340446134f4d0382a97cc09fab09f3419d174803f434e074c76c',
  ],
  [
    'flowed lines without their blanks',
    ['Content-Type: text/plain; format=flowed; delsp=yes', '', ...flowed],
    '4a9cf15344e972f0813a0ff030e71ae671c80d9dde990fc54ed852369607d0d7',
    '437f0a76fdaf60ccc66066f8208756c018285dd5602c70d82f2642fc775559db',
  ],
  [
    'flowed lines with a file in them',
    ['Content-Type: text/plain; format=flowed', '', 'begin 644 a.txt', '#0V%T', '`', 'end', '', ' x'],
    'a688affc9906291712c96526b76ac8ed93d5cdeffbc3b30ba4231d4a185c7ee2',
    'f7f5a9eabff81cc05ba1a6ee71e0c4684495739ff7fcefff1b6ff6a74068c230',
  ],
  [
    'a picture in the HTML',
    [
      'Content-Type: text/html; charset=utf-8',
      '',
      `<p>Screen:</p><img src="data:image/png;base64,${'QUJD'.repeat(5_000)}"><p>Help</p>`,
    ],
    '78b3360994f56e41be3c6b0d130bc58d93dcc2710f2ae88eaa0fb4b85ea731e9',
    '56640730b7465413b67ff8445e4c472aa5069d60a591a72390e7f8249a6dcf80',
  ],
  [
    'a picture longer than a text is shown',
    [
      'Content-Type: text/html; charset=utf-8',
      '',
      `<p>Screen:</p><img src="data:image/png;base64,${'QUJD'.repeat(200_000)}"><p>Help</p>`,
    ],
    'f23aadb45690126fd8320f912b8e1cd12a2f9aa276239daf0f66837d2a4d819c',
    'a03d183245c602206bea669b3cafd327c88d32f96edcee4311e9efcb6eede4a7',
  ],
  [
    'a picture longer than HTML is shown',
    [
      'Content-Type: text/html; charset=utf-8',
      '',
      `<p>Screen:</p><img src="data:image/png;base64,${'QUJD'.repeat(700_000)}"><p>Help</p>`,
    ],
    'e438d94a23783a64aa7ef04db3e39e6894989e73454ca99d18424261cc3c2862',
    'd89572688cfb26c9ffbd679652014c0a8b829c6c23f464f2bb3958671be4f2c5',
  ],
  [
    'a picture longer than HTML is read',
    [
      'Content-Type: text/html; charset=utf-8',
      '',
      `<p>Screen:</p><img src="data:image/png;base64,${'QUJD'.repeat(1_100_000)}"><p>Help</p>`,
    ],
    '4e72bd922c29d836052a4a1d85078c2390e4f7a8fc7168451255222ddb762d70',
    'f665e0347a2f99cb3568fc5a2aac5fc430ae70ad04b4bf68853fe357e88ce9da',
  ],
])('%s', async (_name, lines, contentHash, formerContentHash) => {
  const contact = await parseMail(mailOf(...head, ...lines), { from: null, to: [] }, testDeps());
  expect(contact).toMatchObject({ contentHash, formerContentHash });
});

test.each([
  [
    'a Date in another zone',
    { Date: 'Tue, 3 Mar 2026 11:00:00 +0100 (CET)' },
    'Text',
    'de35c002bda969904b76b06589901f32c4bbf582caa6bc720044e98676085416',
  ],
  [
    'a domain in capitals',
    { From: 'ann@EXAMPLE.com' },
    'Text',
    '53408623a938b5be49ff964595eac1e63d12c0aa66c52e659953a8f31bd8f3d1',
  ],
  [
    'a line that begins with From',
    {},
    'Text\r\n>From Monday on',
    '33aabe93d37a0c78c2590fceacdcc6950a09421842f8f0172bee644667df97bf',
  ],
  [
    'a link that a host leads by way of its own',
    { Date: 'Tue, 3 Mar 2026 11:00:00 +0100' },
    'https://eur03.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.com%2F&data=05%7Chelp%40centre.test&reserved=0',
    '603564badba2d819bc42c29437f4ef4f57ccfb33d212b72ff66d89b715f277fd',
  ],
  ['NUL', {}, 'Te\0xt', 'b2345858e9488780dffc51af609fd04fdc3fa55a9eb5d21b92fe75c4cc635773'],
])('%s: the hash as it was made when that counted stands beside the new one', async (_name, fields, text, former) => {
  const all = { From: 'ann@example.com', Date: 'Tue, 3 Mar 2026 10:00:00 +0000', Subject: 'Order', ...fields };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const { contentHash, formerContentHash } = await parseMail(
    mailOf(...lines, '', text),
    { from: null, to: [] },
    testDeps(),
  );
  expect(formerContentHash).toBe(former);
  expect(contentHash).not.toBe(former);
});
