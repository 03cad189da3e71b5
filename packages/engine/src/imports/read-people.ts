import { matchAllInTime, type PatternLook } from '@patchbay/channels/field-pattern';
import { readCustomerRow, type CustomerRow, type ReadRow, type RowForm } from '@patchbay/domain';
import type { CsvRow } from './csv-source.ts';

interface ReadPerson {
  readonly source: CsvRow;
  readonly outcome: ReadRow<CustomerRow>;
}

/**
 * Rows of people. First as if every text had the form that its field asks for; all of these are then looked at together, and the rows with one that
 * has not are read again.
 */
export async function readPeople(form: RowForm, rows: readonly CsvRow[]): Promise<ReadPerson[]> {
  const looks: PatternLook[] = [];
  const read = rows.map((source) => {
    const before = looks.length;
    const outcome = readCustomerRow(form, source.cells, (pattern, text) => looks.push({ pattern, text }) > 0);
    return { source, outcome, before, after: looks.length };
  });
  const found = await matchAllInTime(looks);
  return read.map(({ source, outcome, before, after }) => {
    const own = found.slice(before, after);
    if (own.every((one) => one === true)) return { source, outcome };
    // It asks the same in the same order.
    const answers = own.values();
    return { source, outcome: readCustomerRow(form, source.cells, () => answers.next().value ?? null) };
  });
}
