import { expect, it } from 'vitest';
import { recipientsLine } from './recipients-line.ts';

const word = (list: string) => list.toUpperCase();

it.each([
  [{ to: ['a@b.example', 'c@d.example'] }, 'TO a@b.example, c@d.example'],
  [{ to: [], cc: [], bcc: [] }, 'TO …'],
  [
    { to: ['a@b.example'], cc: ['c@d.example'], bcc: ['e@f.example'] },
    'TO a@b.example · CC c@d.example · BCC e@f.example',
  ],
  [{ to: ['a@b.example'], bcc: ['e@f.example'] }, 'TO a@b.example · BCC e@f.example'],
])('%o', (lists, line) => {
  expect(recipientsLine(lists, word)).toBe(line);
});
