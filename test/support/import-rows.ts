/** A file of customers of which every hundredth row is bad, each for another reason in turn. */
import type { ImportSettingsDraft } from '@patchbay/contracts';

type Spoil = (cells: string[]) => string[];
const spoilers: readonly [code: string, spoil: Spoil][] = [
  ['not-an-email', (cells) => cells.with(2, 'nobody at nowhere')],
  ['not-a-phone', (cells) => cells.with(3, '12')],
  ['not-a-date', (cells) => cells.with(5, '2023-02-29')],
  ['too-few-cells', (cells) => cells.slice(0, 3)],
  ['too-many-cells', (cells) => [...cells, 'more']],
];

export const rowHeader = ['No', 'Name', 'Mail', 'Phone', 'City', 'Born'];
const settings: ImportSettingsDraft = {
  source: 'crm',
  vouches: true,
  columns: ['externalId', 'displayName', 'email', 'phone', 'field:city', 'field:birthDate'],
};

/** Rows `from` to `to`, the first being 1, and which of them are bad. */
export function customerLines(from: number, to: number): { lines: string; bad: { n: number; code: string }[] } {
  const bad: { n: number; code: string }[] = [];
  let lines = '';
  for (let n = from; n <= to; n += 1) {
    const number = String(n).padStart(8, '0');
    const good = [number, `Person ${n}`, `p${n}@import.example.com`, `+49151${number}`, '北京', '1990-05-17'];
    const [code, spoil] = spoilers[(n / 100) % spoilers.length] ?? ['', (cells: string[]) => cells];
    const isBad = n % 100 === 0;
    if (isBad) bad.push({ n, code });
    lines += `${(isBad ? spoil(good) : good).join(',')}\n`;
  }
  return { lines, bad };
}

export function customerRows(count: number): {
  csv: string;
  bad: { n: number; code: string }[];
  settings: ImportSettingsDraft;
} {
  const { lines, bad } = customerLines(1, count);
  return { csv: `${rowHeader.join(',')}\n${lines}`, bad, settings };
}
