import { expect, it } from 'vitest';
import { plainLine } from './plain-line.ts';

it.each([
  ['Ada Lovelace', 'Ada Lovelace'],
  [' Ada\r\nBcc: ada@example.org\t', 'Ada Bcc: ada@example.org'],
  ['Ada \u202Egro.knab@troppus', 'Ada gro.knab@troppus'],
  ['\u2066\u202Dabc\u202C\u2069', 'abc'],
  ['\u200B', ''],
  ['\u2800\u3164', ''],
  ['\u202E\u00AD ', ''],
  // Joiners and marks are letters' business in Persian, Hindi and emoji.
  ['\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645', '\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645'],
  ['\u05D3\u05D5\u05D3\u200F (Dan)', '\u05D3\u05D5\u05D3\u200F (Dan)'],
  ['👩\u200D🚀', '👩\u200D🚀'],
  ['', ''],
])('%j is shown as %j', (given, shown) => expect(plainLine(given)).toBe(shown));
