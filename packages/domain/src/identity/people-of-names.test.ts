import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countPeople } from './people-of-names.ts';

it.each([
  [
    [
      'Anna Schmidt',
      'Schmidt, Anna',
      'A. Schmidt',
      'anna.schmidt@firm.test',
      'Anna',
      'annaschmidt',
      'Anna Schmidt (Sales)',
    ],
    1,
  ],
  [['Anna Schmidt', 'Anna Weber', 'Anna Schmidt-Weber', 'Anna M. Weber'], 1],
  [['Katharina Müller', 'Katharina Mueller', 'Kathi Müller', 'Kathrin Muller'], 1],
  [['王小明', 'Wang Xiaoming', 'Xiaoming Wang', '小明 王'], 1],
  [['Anna Schmidt', 'Peter Schmidt', 'Lisa Schmidt'], 3],
  [['Nguyễn Văn An', 'Nguyễn Thị Hoa', 'Nguyễn Minh Tú'], 3],
  [['Nguyễn Văn An', 'Nguyen Van An', 'An Nguyen', 'An Văn Nguyễn'], 1],
  [['A. Schmidt', 'Anton Weber'], 2],
  [['Ann', 'Bob', 'Cid', 'Dan', 'Eve'], 5],
  [['', ' ', '1234'], 0],
])('%j', (names, people) => expect(countPeople(names)).toBe(people));

it('is of a switchboard not far below the number of names', () => {
  const given =
    'James Mary Robert Linda David Barbara Thomas Sarah Karen Daniel Nancy Mark Sandra Paul Emily Kevin'.split(' ');
  const family = fc.constantFrom('Smith', 'Jones', 'Garcia', 'Miller', 'Nguyen', 'Walker');
  fc.assert(
    fc.property(fc.array(family, { minLength: 16, maxLength: 16 }), (families) => {
      expect(countPeople(families.map((name, index) => `${given[index] ?? ''} ${name}`))).toBeGreaterThanOrEqual(14);
    }),
  );
});
