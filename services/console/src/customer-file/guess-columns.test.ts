import { expect, it } from 'vitest';
import { guessColumns } from './guess-columns.ts';

const fields = [{ scope: 'customer', key: 'city', labelEn: 'City', labelZh: '城市' }] as const;

it.each([
  [
    'customers',
    ['Customer ID', 'First name', 'Last-Name', 'E-Mail', 'City', 'Colour'],
    ['externalId', 'field:givenName', 'field:familyName', 'email', 'field:city', undefined],
  ],
  ['customers', ['姓名', '手机号', '城市'], ['displayName', 'phone', 'field:city']],
  ['customers', ['patchbayId', 'displayName', 'completeness'], ['patchbayId', 'displayName', undefined]],
  [
    'purchases',
    ['id', 'patchbayId', 'externalId', 'occurredAt', 'amountMinor', 'amount'],
    [undefined, 'patchbayId', 'externalId', 'occurredAt', undefined, 'amount'],
  ],
  ['customers', ['Name', 'name'], ['displayName', undefined]],
  [
    'purchases',
    ['Order No', 'Customer', 'Date', 'Total', 'City'],
    ['externalId', 'customerExternalId', 'occurredAt', 'amount', undefined],
  ],
] as const)('%s: %j', (kind, header, columns) => {
  expect(guessColumns(kind, header, fields)).toEqual(columns);
});
