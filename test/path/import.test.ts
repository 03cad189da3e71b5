import { randomUUID } from 'node:crypto';
import { customerTargets, purchaseTargets } from '@patchbay/contracts';
import { answers } from '@patchbay/engine/http/schemas';
import { describe, expect, it } from 'vitest';
import { expectProblem } from '../support/api-centre.ts';
import { startHub } from '../support/hub.ts';
import { importClient } from '../support/import-client.ts';
import { shared } from '../support/shared.ts';
import { everythingStored, tracesOf } from '../support/traces.ts';

const people = ['externalId', 'displayName', 'email', 'field:city'];

describe('an import', () => {
  const hub = shared(() => startHub('postgres'));
  const api = (method: string, path: string, body?: unknown) => hub().api(method, `/api/v1${path}`, body);
  const imports = () => importClient(hub().api);
  const found = async (q: string): Promise<{ id: string; identifiers: { value: string; grade: string }[] }[]> =>
    (await api('GET', `/customers?q=${encodeURIComponent(q)}`)).body.items;
  const fieldsOf = async (id: string) =>
    Object.fromEntries(
      (await api('GET', `/customers/${id}/file`)).body.fields.map((entry: { key: string; value: unknown }) => [
        entry.key,
        entry.value,
      ]),
    );

  it('tells in a dry run what would become of the rows, writes nothing, and then does that', async () => {
    const csv =
      'No;Name;Mail;City\r\n1;Ada One;ada.one@example.com;London\r\n2;Bob Two;not a mail;Rome\r\n3;"Cy; Three";cy@example.com;\r\n1;Ada One;ada.one@example.com;London\r\n';
    const uploaded = await imports().upload('customers', csv, 'people.csv');
    expect(uploaded).toMatchObject({
      state: 'ready',
      encoding: 'utf-8',
      delimiter: ';',
      header: ['No', 'Name', 'Mail', 'City'],
    });
    expect(uploaded.sample[2]).toEqual(['3', 'Cy; Three', 'cy@example.com', '']);
    expectProblem(await imports().move(uploaded.id, 'start'), 409, 'conflict');
    const checked = await imports().check(uploaded.id, { source: 'crm', vouches: true, columns: people });
    const expected = { created: 2, updated: 0, unchanged: 1, rejected: 1 };
    expect(checked.report).toMatchObject({ rows: 4, ...expected });
    const reject = {
      rowNumber: 2,
      reasons: [{ column: 'Mail', code: 'not-an-email' }],
      cells: ['2', 'Bob Two', 'not a mail', 'Rome'],
    };
    expect(checked.report?.firstRejects).toEqual([reject]);
    // Neither the file nor what is shown of it can be read where it is kept.
    const stored = await everythingStored(hub().hub.parts.db.sql, hub().ground.env['DATA_DIR'] ?? '');
    expect(tracesOf(['Bob Two', 'ada.one@example.com', 'Cy; Three'], stored)).toEqual([]);
    expect(await found('ada.one@')).toEqual([]);

    const done = await imports().run(uploaded.id);
    expect(answers.DataImport.parse(done)).toMatchObject({ state: 'done', done: 4, total: 4, ...expected });
    const [ada] = await found('ada.one@');
    expect(ada?.identifiers).toMatchObject([{ value: 'ada.one@example.com', grade: 'known' }]);
    const file = (await api('GET', `/customers/${ada?.id}/file`)).body;
    expect(file.fields).toMatchObject([
      { key: 'city', value: 'London', source: 'import', sourceRef: `import:${uploaded.id}:1` },
    ]);
    expect((await api('GET', `/imports/${uploaded.id}/rejects`)).body.items).toEqual([reject]);
    const rejects = await api('GET', `/imports/${uploaded.id}/rejects.csv`);
    expect(rejects.headers.get('content-disposition')).toContain('people-rejected.csv');
    expect(String(rejects.body).replace(/^\uFEFF/, '')).toBe(
      'No,Name,Mail,City,Row (without header),Reason\r\n2,Bob Two,not a mail,Rome,2,Mail: is not an email address\r\n',
    );
    expectProblem(await imports().move(uploaded.id, 'start'), 409, 'conflict');
  });

  it('adds to whom it knows by the number of the source, and leaves or replaces what is filled in', async () => {
    const run = async (csv: string, onExisting: 'keep' | 'replace') => {
      const { id } = await imports().upload('customers', csv);
      await imports().check(id, { source: 'erp', onExisting, columns: people });
      return imports().run(id);
    };
    const header = 'No,Name,Mail,City\n';
    await run(`${header}7,Dee Seven,dee@example.com,Bonn\n`, 'keep');
    const [dee] = await found('dee@example.com');
    expect(dee?.identifiers).toMatchObject([{ grade: 'claimed' }]);
    expect(await run(`${header}7,Other,dee@example.com,Köln\n`, 'keep')).toMatchObject({ created: 0, unchanged: 1 });
    expect(await fieldsOf(dee?.id ?? '')).toEqual({ city: 'Bonn' });
    expect(await run(`${header}7,Other,dee2@example.com,Köln\n`, 'replace')).toMatchObject({ created: 0, updated: 1 });
    expect(await fieldsOf(dee?.id ?? '')).toEqual({ city: 'Köln' });
    // Nobody vouched for the address: it joins nobody, and a stranger with it is a customer of their own.
    expect(await run(`${header}8,Stranger,dee@example.com,\n`, 'keep')).toMatchObject({ created: 1 });
    expect(await found('dee@example.com')).toHaveLength(2);
  });

  it('reads what other programs write: GBK, UTF-16, tabs; and is told where it guesses wrongly', async () => {
    const gbk = Buffer.from('d0d5c3fb2cb3c7cad00acdf5c0f62cb1b1bea90a', 'hex');
    expect(await imports().upload('customers', gbk)).toMatchObject({
      encoding: 'gb18030',
      header: ['姓名', '城市'],
      sample: [['王丽', '北京']],
    });
    const utf16 = Buffer.from('\uFEFFName\tStadt\nJürgen\tKöln\n', 'utf16le');
    expect(await imports().upload('customers', utf16)).toMatchObject({
      encoding: 'utf-16le',
      delimiter: '\t',
      sample: [['Jürgen', 'Köln']],
    });
    const latin = await imports().upload('customers', Buffer.from('Name,Ort\nJ\xfcrgen,K\xf6ln\n', 'latin1'));
    expect(latin).toMatchObject({ encoding: 'windows-1252', sample: [['Jürgen', 'Köln']] });
    const other = await api('PUT', `/imports/${latin.id}/settings`, {
      source: 'crm',
      delimiter: ';',
      columns: ['displayName'],
    });
    expect(other.body).toMatchObject({ delimiter: ';', header: ['Name,Ort'] });
  });

  it('refuses settings that make no sense, and files that are no table', async () => {
    const { id } = await imports().upload('customers', 'a,b\n1,2\n');
    const settings = (columns: (string | null)[]) => api('PUT', `/imports/${id}/settings`, { source: 'crm', columns });
    for (const columns of [['displayName'], ['displayName', 'displayName'], [null, 'field:city'], ['amount', 'email']])
      expectProblem(await settings(columns), 400, 'invalid_input');
    expect((await settings(['email', 'email'])).status).toBe(200);
    const { body } = await api('POST', '/imports', { kind: 'customers', filename: 'x.csv' });
    expectProblem(await api('PUT', `/imports/${body.id}/file`, Buffer.from('')), 400, 'invalid_input');
    for (const bytes of ['\0\0\0\0', 'PK\u0003\u0004 a workbook', '\n\n'])
      expectProblem(await api('PUT', `/imports/${body.id}/file`, Buffer.from(bytes)), 422, 'unprocessable');
    const open = Buffer.from('Name\nAda\n"never closed\nBob\n');
    expectProblem(await api('PUT', `/imports/${body.id}/file`, open), 422, 'unprocessable');
  });

  it('brings orders to the customers they belong to, and corrects what comes again', async () => {
    const people = await imports().upload('customers', 'No,Name\nc1,Buyer One\nc2,Buyer Two\n');
    await imports().check(people.id, { source: 'orders', columns: ['externalId', 'displayName'] });
    await imports().run(people.id);
    const columns = ['externalId', 'customerExternalId', 'occurredAt', 'amount', 'state'];
    const run = async (csv: string) => {
      const { id } = await imports().upload('purchases', `Order,Who,On,Sum,State\n${csv}`);
      const { report } = await imports().check(id, { source: 'orders', dateOrder: 'dmy', currency: 'EUR', columns });
      const done = await imports().run(id);
      const { created, updated, rejected } = done;
      return {
        dry: { created: report?.created, updated: report?.updated, rejected: report?.rejected },
        real: { created, updated, rejected },
      };
    };
    const first = await run(
      'o1,c1,24.12.2025,"1.299,90",paid\no2,c2,1.1.2026,5,\no3,c9,1.1.2026,5,\no4,c1,1.1.2026,x,\n',
    );
    expect(first).toEqual({
      dry: { created: 2, updated: 0, rejected: 2 },
      real: { created: 2, updated: 0, rejected: 2 },
    });
    const again = await run('o1,c1,24.12.2025,"1.299,90",refunded\no2,c2,1.1.2026,5,\n');
    expect(again.real).toEqual({ created: 0, updated: 1, rejected: 0 });
    const { items } = (await api('GET', '/purchases?source=orders')).body;
    expect(
      items.map((one: { externalId: string; amountMinor: number; state: string }) => [
        one.externalId,
        one.amountMinor,
        one.state,
      ]),
    ).toEqual([
      ['o2', 500, 'completed'],
      ['o1', 129_990, 'refunded'],
    ]);
  });

  it('counts in the dry run what the run then does, also where rows of one person or order are far apart', async () => {
    const fill = (from: number) =>
      Array.from({ length: 260 }, (_, n) => `d${from + n},Filler,d${from + n}@dry.example.com,Bonn\n`).join('');
    const again = 'd1,Ada Dry,d1@dry.example.com,Rome\n';
    const counts = ({ created, updated, unchanged, rejected }: Record<string, unknown> = {}) => ({
      created,
      updated,
      unchanged,
      rejected,
    });
    const run = async (kind: 'customers' | 'purchases', csv: string, columns: string[]) => {
      const { id } = await imports().upload(kind, csv);
      const { report } = await imports().check(id, { source: 'dry', vouches: true, currency: 'EUR', columns });
      return { dry: counts(report ?? {}), real: counts(await imports().run(id)) };
    };
    const rows = await run(
      'customers',
      `No,Name,Mail,City\n${again}${fill(1000)}${again}d1,,d1b@dry.example.com,\n`,
      people,
    );
    expect(rows.real).toEqual({ created: 261, updated: 1, unchanged: 1, rejected: 0 });
    expect(rows.dry).toEqual(rows.real);
    const order = (n: number, amount = '5') => `o${n},d1,2026-01-01,${amount}\n`;
    const orders = Array.from({ length: 260 }, (_, n) => order(n)).join('');
    const columns = ['externalId', 'customerExternalId', 'occurredAt', 'amount'];
    const bought = await run('purchases', `No,Who,On,Sum\n${orders}${order(0)}${order(1, '6')}`, columns);
    expect(bought).toEqual({ dry: bought.real, real: { created: 260, updated: 1, unchanged: 1, rejected: 0 } });
    const corrected = await run('purchases', `No,Who,On,Sum\n${order(0)}${order(1, '7')}`, columns);
    expect(corrected).toEqual({ dry: corrected.real, real: { created: 0, updated: 1, unchanged: 1, rejected: 0 } });
  });

  it('gives rejected rows back in their columns, by the rows of the file and in the words of the reader, and takes them again', async () => {
    const csv = [
      'No,Name,Mail,Phone\r\nq1,Ada\r\n\r\n',
      '"q2","Bob ""x""",=cmd|/C calc!A0,\'+4912\n\nq3,Cy,cy@q.example.com,1,more\rq4,Di,,\r\n\r\n',
    ].join('');
    const { id } = await imports().upload('customers', csv);
    const columns = ['externalId', 'displayName', 'email', 'phone'];
    const { report, total } = await imports().check(id, { source: 'rejects', columns });
    expect([report?.rows, total]).toEqual([4, 6]);
    expect(await imports().run(id)).toMatchObject({ done: 6, created: 1, rejected: 3 });
    const { body } = await api('GET', `/imports/${id}/rejects.csv?language=zh`);
    expect(String(body).replace(/^\uFEFF/, '')).toBe(
      [
        'No,Name,Mail,Phone,行号（不含表头）,原因',
        'q1,Ada,,,1,整行：单元格少于表头',
        `q2,"Bob ""x""","'=cmd|/C calc!A0",'+4912,3,"Mail：不是电子邮箱; Phone：不是电话号码"`,
        'q3,Cy,cy@q.example.com,1,5,"整行：单元格多于表头; Phone：不是电话号码",more',
        '',
      ].join('\r\n'),
    );
    const again = await imports().upload('customers', String(body));
    expect(again.sample[1]?.slice(0, 4)).toEqual(['q2', 'Bob "x"', '=cmd|/C calc!A0', '+4912']);
  });

  it('keeps extensions of a switchboard apart, takes what is shared for nobody, and says where it knows an address from', async () => {
    const { sql } = hub().hub.parts.db;
    await sql.query(
      `insert into shared_identifier (kind, value, source) values ('email', 'info@ext.example.com', 'agent')`,
    );
    const rows = [
      'x1,Ext One,+49 30 5550100,info@ext.example.com',
      'x2,Ext Two,+49 30 5550100 ext. 12,info@ext.example.com',
      'x3,Ext Three,+49 30 5550100 转13,three@ext.example.com',
    ];
    const { id } = await imports().upload('customers', `No,Name,Phone,Mail\n${rows.join('\n')}\n`);
    const columns = ['externalId', 'displayName', 'phone', 'email'];
    const { report } = await imports().check(id, { source: 'ext', vouches: true, columns });
    expect(report).toMatchObject({ created: 3, rejected: 0 });
    expect(await imports().run(id)).toMatchObject({ created: 3, rejected: 0 });
    const { rows: written } = await sql.query(
      `select s.external_id as no, i.kind, i.grade, i.shared, i.extension, e.source, e.reference from customer_source_key s
       join identifier i on i.customer_id = s.customer_id
       left join identifier_evidence e on e.customer_id = i.customer_id and e.kind = i.kind and e.value = i.value
       where s.source = 'ext' order by 1, 2`,
    );
    const proved = { grade: 'known', source: 'import', reference: `import:${id}` };
    expect(written).toEqual([
      { no: 'x1', kind: 'email', shared: true, extension: null, ...proved },
      { no: 'x1', kind: 'phone', shared: true, extension: null, ...proved },
      { no: 'x2', kind: 'email', shared: true, extension: null, ...proved },
      { no: 'x2', kind: 'phone', shared: true, extension: '12', ...proved },
      { no: 'x3', kind: 'email', shared: false, extension: null, ...proved },
      { no: 'x3', kind: 'phone', shared: true, extension: '13', ...proved },
    ]);
  });

  it('has no column for a field that is not there, and waits when one is taken away meanwhile', async () => {
    const field = { scope: 'customer', key: 'loyaltyNo', labelEn: 'Number', labelZh: '号', type: 'text' };
    const made = await api('POST', '/custom-fields', field);
    const rows = Array.from({ length: 2_000 }, (_, n) => `r${n},Person ${n},L${n}`).join('\n');
    const { id } = await imports().upload('customers', `No,Name,Loyalty\n${rows}\n`);
    const settings = (key: string) => ({ source: 'loyal', columns: ['externalId', 'displayName', `field:${key}`] });
    expectProblem(await api('PUT', `/imports/${id}/settings`, settings('lojaltyNo')), 400, 'invalid_input');
    await imports().check(id, settings('loyaltyNo'));
    await imports().move(id, 'start');
    expect((await api('DELETE', `/custom-fields/${made.body.id}`)).status).toBe(204);
    const paused = await imports().until(id, 'paused', 'done', 'failed');
    expect(paused).toMatchObject({ state: 'paused', problem: 'There is no field loyaltyNo any more' });
    expect((await api('POST', '/custom-fields', field)).status).toBe(201);
    expect(await imports().run(id)).toMatchObject({ state: 'done', created: 2_000, problem: null });
    expect(await fieldsOf((await found('Person 1999'))[0]?.id ?? '')).toEqual({ loyaltyNo: 'L1999' });
  });

  it('doubles nobody when a file without numbers comes once more, in whichever order its columns stand', async () => {
    const run = async (csv: string, columns: string[], source = 'fair') => {
      const { id } = await imports().upload('customers', csv);
      const { report } = await imports().check(id, { source, columns });
      const { created, updated, unchanged } = await imports().run(id);
      expect(report).toMatchObject({ created, updated, unchanged });
      return { created, updated, unchanged };
    };
    const columns = ['displayName', 'email', 'field:city'];
    const file = 'Name,Mail,City\nFay,fay@fair.example.com,Rome\nGus,,Bonn\nGus,,Bonn\nGus,,Köln\n';
    expect(await run(file, columns)).toEqual({ created: 3, updated: 0, unchanged: 1 });
    expect(await run(file, columns)).toEqual({ created: 0, updated: 0, unchanged: 4 });
    const turned = 'City,Name,Mail\nRome,Fay,FAY@fair.example.com\nRome,Fay,fay2@fair.example.com\n';
    const other = ['field:city', 'displayName', 'email'];
    expect(await run(turned, other)).toEqual({ created: 1, updated: 0, unchanged: 1 });
    expect(await run(turned, other, 'another')).toEqual({ created: 2, updated: 0, unchanged: 0 });
    const keys = await hub().hub.parts.db.sql.query<{ n: number }>('select count(*)::int as n from import_row_key');
    expect(keys.rows[0]?.n).toBe(6);
  });

  it('stops when it is paused, goes on where it was, and can be called off', async () => {
    const rows = Array.from({ length: 6_000 }, (_, index) => `${index},Person ${index},p${index}@pause.example.com,X`);
    const { id } = await imports().upload('customers', `No,Name,Mail,City\n${rows.join('\n')}\n`);
    await imports().check(id, { source: 'pause', vouches: true, columns: people });
    await imports().move(id, 'start');
    expect((await imports().move(id, 'pause')).body.state).toBe('paused');
    const { done } = await imports().read(id);
    expect(done).toBeLessThan(6_000);
    await imports().move(id, 'start');
    await imports().move(id, 'pause');
    const after = await imports().run(id);
    expect(after).toMatchObject({ done: 6_000, created: 6_000, rejected: 0 });
    const { rows: counted } = await hub().hub.parts.db.sql.query<{ n: number; people: number }>(
      `select count(*)::int as n, count(distinct customer_id)::int as people from customer_source_key where source = 'pause'`,
    );
    expect(counted[0]).toEqual({ n: 6_000, people: 6_000 });
    expectProblem(await imports().move(id, 'cancel'), 409, 'conflict');
    const other = await imports().upload('customers', 'Name\nAda\n');
    expect((await imports().move(other.id, 'cancel')).body.state).toBe('cancelled');
  });

  it('rejects a row with characters that nothing can store, in the dry run as in the run', async () => {
    const { id } = await imports().upload('customers', 'No,Name\nz1,A\0B\nz2,Ok\n');
    const { report } = await imports().check(id, { source: 'zero', columns: ['externalId', 'displayName'] });
    expect(report).toMatchObject({ created: 1, rejected: 1, firstRejects: [{ cells: ['z1', 'A\uFFFDB'] }] });
    expect(await imports().run(id)).toMatchObject({ created: 1, rejected: 1 });
  });

  it('takes back what it exported, and nobody twice: customers by their id, orders in their currency', async () => {
    const rows = [
      'b1,Back One,one@back.example.com,+49 30 5550200 ext. 7,Back AG',
      'b2,王丽,two@back.example.com,+4915112370001,"Back AG"',
    ];
    const made = await imports().upload('customers', `No,Name,Mail,Phone,Firm\n${rows.join('\n')}\n`);
    const columns = ['externalId', 'displayName', 'email', 'phone', 'organisation'];
    await imports().check(made.id, { source: 'back', columns });
    await imports().run(made.id);
    const [one] = await found('one@back.example.com');
    await api('POST', `/customers/${one?.id}/identifiers`, { kind: 'email', value: 'uno@back.example.com' });
    const other = (await api('POST', '/organisations', { name: 'Other KG' })).body.id;
    await api('PUT', `/customers/${one?.id}/organisations/${other}`, { role: '' });
    const order = { source: 'back', externalId: 'B-1', occurredAt: '2026-01-01T10:00:00.000Z', amountMinor: 129_990 };
    const items = [
      { name: 'Lamp', quantity: 2 },
      { name: 'Bulb', quantity: 1 },
    ];
    await api('PUT', '/purchases', { ...order, currency: 'EUR', items, customerId: one?.id });
    await api('PUT', '/purchases', {
      ...order,
      externalId: 'B-2',
      amountMinor: -1200,
      currency: 'JPY',
      customerId: one?.id,
    });

    const back = async (kind: 'customers' | 'purchases', csv: string) => {
      const { id, header } = await imports().upload(kind, csv);
      const targets: readonly string[] = kind === 'customers' ? customerTargets : purchaseTargets;
      const named = header.map((name) => (targets.includes(name) ? name : null));
      const { report } = await imports().check(id, { source: 'back', columns: named });
      return { report, done: await imports().run(id) };
    };
    const people = await back('customers', String((await api('GET', '/customer-files/export?source=back')).body));
    expect(people.done).toMatchObject({ created: 0, updated: 0, unchanged: 2, rejected: 0 });
    const orders = await back('purchases', String((await api('GET', '/purchases/export?source=back')).body));
    expect(orders.done).toMatchObject({ created: 0, updated: 0, unchanged: 2, rejected: 0 });
    const wrong = `patchbayId,Name\n${randomUUID()},Nobody\nnone,Nobody\n`;
    expect((await back('customers', wrong)).report?.firstRejects.map(({ reasons }) => reasons[0]?.code)).toEqual([
      'no-such-customer',
      'wrong-form',
    ]);
  });

  it('rejects a row whose text a pattern would try to read for days, and takes the others', async () => {
    const field = { scope: 'customer', key: 'motto', labelEn: 'Motto', labelZh: '格言', type: 'text' };
    expect((await api('POST', '/custom-fields', { ...field, pattern: '(\\w+\\s?)+' })).status).toBe(201);
    const { id } = await imports().upload(
      'customers',
      `No,Name,Motto\n1,Ann,one two\n2,Ben,${'a'.repeat(60)}!\n3,Cem,!\n4,Dea,three\n`,
    );
    const columns = ['externalId', 'displayName', 'field:motto'];
    const { report } = await imports().check(id, { source: 'motto', columns });
    expect(report?.firstRejects.map(({ rowNumber, reasons }) => [rowNumber, reasons])).toEqual([
      [2, [{ column: 'Motto', code: 'not-checked' }]],
      [3, [{ column: 'Motto', code: 'wrong-form' }]],
    ]);
    expect(await imports().run(id)).toMatchObject({ state: 'done', created: 2, rejected: 2 });
    const said = await Promise.all(
      ['en', 'zh'].map(async (language) =>
        String((await api('GET', `/imports/${id}/rejects.csv?language=${language}`)).body),
      ),
    );
    expect(said[0]).toContain('Motto: could not be checked against the pattern of its field in time');
    expect(said[1]).toContain('Motto：未能及时按字段的格式规则检查');
  });

  it('keeps settings under a name', async () => {
    const settings = { source: 'crm', columns: people };
    expect((await api('PUT', '/import-mappings/Monthly', { kind: 'customers', settings })).status).toBe(204);
    const { items } = (await api('GET', '/import-mappings')).body;
    expect(items).toMatchObject([{ name: 'Monthly', kind: 'customers', settings: { ...settings, vouches: false } }]);
    expect((await api('DELETE', '/import-mappings/Monthly')).status).toBe(204);
    expectProblem(await api('DELETE', '/import-mappings/Monthly'), 404, 'not_found');
  });

  it('exports what it imported, safe for spreadsheets, and takes it back', async () => {
    const cell = '=HYPERLINK("http://evil.example","x")';
    const { id } = await imports().upload('customers', `No,Name,City\nf1,"${cell.replaceAll('"', '""')}",+1\n`);
    const columns = ['externalId', 'displayName', 'field:city'];
    await imports().check(id, { source: 'formula', columns });
    await imports().run(id);
    const csv = String((await api('GET', '/customer-files/export?source=formula')).body);
    expect(csv).toContain(`"'=HYPERLINK(""http://evil.example"",""x"")"`);
    expect(csv).toContain(`,'+1,`);
    const [header = '', row = ''] = csv.replace(/^\uFEFF/, '').split('\r\n');
    const back = await imports().upload('customers', `${header}\r\n${row}\r\n`);
    expect(back.sample[0]).toContain(cell);
  });
});

it('an import whose job comes before the lease of whoever held it ends goes on without the clock', async () => {
  await using hub = await startHub('postgres', { env: { ROLES: 'web,worker' } });
  const imports = importClient(hub.api);
  const { id } = await imports.upload('customers', 'No,Name\n1,Ada\n');
  await imports.check(id, { source: 'crm', columns: ['externalId', 'displayName'] });
  const { db, jobs } = hub.hub.parts;
  await db.sql.query(
    `update data_import set state = 'running', lease_holder = $2, lease_until = now() + interval '2 seconds' where id = $1`,
    [id, randomUUID()],
  );
  jobs.add('run-import', { importId: id });
  expect(await imports.until(id, 'done', 'failed')).toMatchObject({ state: 'done', created: 1 });
});
