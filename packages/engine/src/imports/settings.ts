import { customerTargets, purchaseTargets, type ImportKind, type ImportSettings } from '@patchbay/contracts';

/** Targets that several columns may have: one person has several numbers. */
const several: readonly string[] = ['email', 'phone', 'account'];
const needed: Readonly<Record<ImportKind, readonly (readonly string[])[]>> = {
  customers: [
    ['displayName', 'field:givenName', 'field:familyName', 'email', 'phone', 'account', 'externalId', 'patchbayId'],
  ],
  purchases: [
    ['externalId'],
    ['occurredAt'],
    ['amount'],
    ['customerExternalId', 'email', 'phone', 'account', 'patchbayId'],
  ],
};

/** The field of a customer's file that a column is, if it is one. */
const fieldKey = (target: string): string | null => (target.startsWith('field:') ? target.slice(6) : null);

/** The first field that columns are and that a file does not have; null where all are there. */
export function missingField(columns: ImportSettings['columns'], fields: readonly { key: string }[]): string | null {
  const keys = new Set(fields.map(({ key }) => key));
  return columns.map((target) => target && fieldKey(target)).find((key) => key && !keys.has(key)) ?? null;
}

/** What stands against reading the file by these settings. `fields`: of a customer's file. */
export function settingsProblems(
  kind: ImportKind,
  header: readonly string[],
  { columns, currency }: ImportSettings,
  fields: readonly { key: string }[],
): { path: string; message: string }[] {
  const known: readonly string[] = kind === 'customers' ? customerTargets : purchaseTargets;
  const chosen = columns.filter((target) => target !== null);
  const unknown = chosen.find(
    (target) => !known.includes(target) && !(kind === 'customers' && fieldKey(target) !== null),
  );
  const absent = missingField(columns, fields);
  const twice = chosen.find((target, index) => !several.includes(target) && chosen.indexOf(target) !== index);
  const missing = needed[kind].find((one) => !one.some((target) => chosen.includes(target)));
  const issues: string[] = [
    ...(columns.length === header.length ? [] : [`the file has ${header.length} columns`]),
    ...(unknown === undefined ? [] : [`${unknown} is nothing that a column of ${kind} can be`]),
    ...(absent === null ? [] : [`there is no field ${absent}`]),
    ...(twice === undefined ? [] : [`two columns are ${twice}`]),
    ...(missing === undefined ? [] : [`a column has to be one of ${missing.join(', ')}`]),
    ...(kind === 'purchases' && currency === null && !chosen.includes('currency') ? ['no currency is named'] : []),
  ];
  return issues.map((message) => ({ path: 'columns', message }));
}
