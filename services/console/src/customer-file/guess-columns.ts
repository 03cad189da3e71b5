import type { CustomField, ImportKind } from '@patchbay/contracts';

/** Words by which files name their columns, in lower case without blanks and signs. */
const words: Readonly<Record<string, readonly string[]>> = {
  displayName: ['name', 'fullname', 'displayname', 'customer', 'customername', '姓名', '客户', '客户姓名', '客户名称'],
  email: ['email', 'mail', 'emailaddress', '邮箱', '电子邮箱', '邮件'],
  phone: ['phone', 'telephone', 'tel', 'mobile', 'mobilephone', 'phonenumber', '电话', '手机', '手机号', '电话号码'],
  account: ['account', 'accountnumber', '账号'],
  organisation: ['organisation', 'organization', 'company', 'firm', '公司', '机构', '单位'],
  externalId: ['id', 'no', 'number', 'customerid', 'customernumber', 'externalid', '编号', '客户编号'],
  patchbayId: ['patchbayid'],
  'field:givenName': ['givenname', 'firstname', 'first', '名'],
  'field:familyName': ['familyname', 'lastname', 'surname', 'last', '姓'],
  'field:birthDate': ['birthdate', 'dateofbirth', 'dob', 'born', '出生日期', '生日'],
  'field:postalCode': ['postalcode', 'postcode', 'zip', 'zipcode', '邮编', '邮政编码'],
  'field:street': ['street', 'address', '地址'],
};
/** As the hub's own exports are headed, and others. */
const orderWords: Readonly<Record<string, readonly string[]>> = {
  externalId: ['order', 'orderid', 'orderno', 'ordernumber', 'externalid', '订单', '订单号'],
  customerExternalId: ['customer', 'customerid', 'customerno', 'customernumber', '客户', '客户编号'],
  patchbayId: words['patchbayId'] ?? [],
  email: words['email'] ?? [],
  phone: words['phone'] ?? [],
  occurredAt: ['date', 'orderdate', 'occurredat', 'time', '日期', '时间', '下单时间'],
  amount: ['amount', 'total', 'sum', 'price', '金额', '总额'],
  currency: ['currency', '货币', '币种'],
  item: ['item', 'product', 'article', '商品', '产品'],
  quantity: ['quantity', 'qty', 'count', '数量'],
  state: ['state', 'status', '状态'],
};

const plain = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/** What the columns most likely are by their names; each target once. A person looks at it before anything is read. */
export function guessColumns(
  kind: ImportKind,
  header: readonly string[],
  fields: readonly Pick<CustomField, 'scope' | 'key' | 'labelEn' | 'labelZh'>[],
): (string | undefined)[] {
  const known: [string, readonly string[]][] = [
    ...Object.entries(kind === 'customers' ? words : orderWords),
    ...(kind === 'customers'
      ? fields
          .filter(({ scope }) => scope === 'customer')
          .map(({ key, labelEn, labelZh }): [string, string[]] => [`field:${key}`, [key, labelEn, labelZh].map(plain)])
      : []),
  ];
  const taken = new Set<string>();
  return header.map((name) => {
    const target = known.find(([one, names]) => !taken.has(one) && names.includes(plain(name)))?.[0];
    if (target !== undefined) taken.add(target);
    return target;
  });
}
