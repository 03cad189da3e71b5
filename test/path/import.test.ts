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
      'No,Name,Mail,City,row,reason\r\n2,Bob Two,not a mail,Rome,2,Mail: not-an-email\r\n',
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
