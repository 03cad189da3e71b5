import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { customerModel, fittedParameters } from '@patchbay/domain/identity/parameters';
import { columnMapOf } from './column-map.ts';
import { decode, parseCsv } from './csv.ts';
import { measuresAt } from './curve.ts';
import { labelledRecords, pairsSharing } from './data-set.ts';
import { candidatePairs, scorePairs } from './pairs.ts';
import { Truth } from './truth.ts';

describe('generated people whom the parameters have not seen', () => {
  const labelled = labelledRecords(3, 8000);
  const all = pairsSharing('person', labelled);
  const candidates = candidatePairs(labelled);
  const scored = scorePairs(candidates, customerModel(labelled.length));
  const { thresholds } = fittedParameters;

  it('are hardly ever taken for somebody else', () => {
    const { precision, recall } = measuresAt(thresholds.same, scored, all);
    expect(precision).toBeGreaterThanOrEqual(0.999);
    expect(recall).toBeGreaterThan(0.54);
  });

  it('are suggested nine times out of ten', () => {
    const { precision, recall } = measuresAt(thresholds.suggest, scored, all);
    expect(precision).toBeGreaterThan(0.92);
    expect(recall).toBeGreaterThan(0.88);
  });

  it('share a blocking key with themselves, and with few others', () => {
    expect(candidates.pairs.filter(({ same }) => same).length / all).toBeGreaterThan(0.985);
    expect(candidates.pairs.length / labelled.length).toBeLessThan(10);
  });

  it('are the same ones every time', () => {
    expect(labelledRecords(3, 200)).toEqual(labelledRecords(3, 200));
  });
});

describe('parseCsv', () => {
  it.each([
    [
      'a,b\r\n1,"x, ""y"""\r\n',
      [
        ['a', 'b'],
        ['1', 'x, "y"'],
      ],
    ],
    [
      '\uFEFFa;b\n1;2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a\tb\n"1\n2"\t',
      [
        ['a', 'b'],
        ['1\n2', ''],
      ],
    ],
    [
      'a, b\n1, "2"\n\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      '# made by hand\na,b\n,\n',
      [
        ['a', 'b'],
        ['', ''],
      ],
    ],
  ])('%j', (text, rows) => expect(parseCsv(text)).toEqual(rows));
});

describe('decode', () => {
  it.each<[string, number[], string]>([
    ['UTF-16', [0xff, 0xfe, 0x8b, 0x73], '王'],
    ['GBK', [0x49, 0x64, 0x0a, 0xcd, 0xf5, 0xd0, 0xa1, 0xc3, 0xf7], 'Id\n王小明'],
    ['Latin-1', [0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72], 'Müller'],
  ])('%s', (_name, bytes, text) => expect(decode(Uint8Array.from(bytes))).toBe(text));
});

describe('columnMapOf', () => {
  const header = ['rec_id', 'first', 'surname', 'phone_1', 'phone_2', 'note'];
  const fieldsIn = (map: Record<string, unknown>) =>
    columnMapOf(map, header, 'first').columns.map(
      ({ position, field }) => `${position}:${field === 'fullName' ? field : field.name}`,
    );
  it.each<[string, Record<string, unknown>]>([
    [
      'columns first',
      { rec_id: 'id', first: 'givenName', surname: 'familyName', phone_1: 'phone', phone_2: 'phone', note: 'other' },
    ],
    [
      'fields first',
      { id: 'rec_id', givenName: 'first', familyName: 'surname', phone: ['phone_1', 'phone_2'], text: 'note' },
    ],
    [
      'under fields',
      {
        id: 'rec_id',
        fields: { first: 'first_name', surname: 'last_name', phone_1: 'phone', phone_2: 'phone', note: 'text' },
      },
    ],
    [
      'for this file',
      {
        first: {
          id: 'rec_id',
          first: 'givenName',
          surname: 'familyName',
          phone_1: 'phone',
          phone_2: 'phone',
          note: 'text',
        },
      },
    ],
  ])('%s', (_name, map) => {
    expect(fieldsIn(map)).toEqual(['1:givenName', '2:familyName', '3:phone', '4:phone', '5:text']);
    expect(columnMapOf(map, header, 'first').id).toBe(0);
  });

  it('looks at neither blanks nor case of a header, and tells what is in none', () => {
    const map = columnMapOf({ ' Rec_ID': 'id', FIRST: 'givenName', Surnam: 'familyName' }, header, 'first');
    expect(map).toMatchObject({ id: 0, columns: [{ position: 1 }], unknown: ['Surnam'] });
  });

  it('says which columns there are when none is named', () => {
    expect(() => columnMapOf({ nobody: 'email' }, header, 'first')).toThrow('rec_id, first');
  });
});

describe('Truth', () => {
  const ids = (...list: string[]) => new Map(list.map((id, index) => [id, index]));
  it('finds the ids wherever they stand, with or without a header', () => {
    const truth = new Truth(
      [
        ['label', 'a', 'b'],
        ['1', 'x', 'y'],
        ['1', 'y', 'x'],
        ['1', 'x', '?'],
      ],
      ids('x', 'y'),
      null,
    );
    expect([truth.size, truth.unknown, truth.has(1, 0)]).toEqual([1, 1, true]);
  });
  it('turns pairs that name the second file first', () => {
    const truth = new Truth([['B1', 'A1']], ids('A1'), ids('B1'));
    expect([truth.size, truth.has(0, 0)]).toEqual([1, true]);
  });
  it('turns each of them where they stand in either order', () => {
    const truth = new Truth(
      [
        ['A1', 'B1'],
        ['B2', 'A2'],
      ],
      ids('A1', 'A2'),
      ids('B1', 'B2'),
    );
    expect([truth.size, truth.unknown, truth.has(0, 0), truth.has(1, 1)]).toEqual([2, 0, true, true]);
  });
});

describe('identity:evaluate', () => {
  it('prints one line for each threshold', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'patchbay-evaluate-'));
    await using stack = new AsyncDisposableStack();
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const labelled = labelledRecords(4, 1000);
    const columns = ['givenName', 'familyName', 'birthDate', 'email', 'phone', 'street', 'postalCode', 'city'];
    const rows = labelled.map(({ raw }, index) =>
      [`r${index}`, ...columns.map((column) => `"${String(raw[column] ?? '')}"`)].join(';'),
    );
    const pairs = labelled.flatMap(({ person }, index) =>
      labelled.slice(0, index).flatMap((other, before) => (other.person === person ? [`r${before},r${index}`] : [])),
    );
    const [records, truth, map] = ['records.csv', 'pairs.csv', 'map.json'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await writeFile(records, [['id', ...columns].join(';'), ...rows].join('\n'));
    await writeFile(truth, pairs.join('\n'));
    await writeFile(
      map,
      JSON.stringify({ id: 'id', ...Object.fromEntries(columns.map((column) => [column, column])) }),
    );
    const program = join(import.meta.dirname, 'evaluate.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [program, records, truth, '--map', map]);
    const line = (name: string) => `${name} precision=(\\S+) recall=(\\S+) f1=(\\S+) threshold=\\S+\n`;
    const found = new RegExp(`^${line('same')}${line('suggest')}$`).exec(stdout);
    expect(Number(found?.[1])).toBeGreaterThan(0.97);
    expect(Number(found?.[6])).toBeGreaterThan(0.8);
  });
});
