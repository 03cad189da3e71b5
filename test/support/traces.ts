/** Everything that a centre has stored, and whether something of a person is still in it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Queryable } from '@patchbay/store';

interface Stored {
  readonly where: string;
  readonly text: string;
}

/** Every row of every table of every schema, bytes as text, with what the planner remembers of values; and every file. */
export async function everythingStored(sql: Queryable, dataDir: string): Promise<Stored[]> {
  const { rows: tables } = await sql.query<{ schema: string; name: string; bytes: string[] }>(
    `select n.nspname as schema, c.relname as name, array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0
       and not a.attisdropped and a.atttypid = 'bytea'::regtype) as bytes
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`,
    [],
  );
  const stored: Stored[] = [];
  for (const { schema, name, bytes } of tables) {
    const raw = bytes.map((column) => `encode("${column}", 'base64')`).join(', ');
    const { rows } = await sql.query<{ row: string; raw: (string | null)[] }>(
      `select t::text as row, array[${raw || 'null::text'}] as raw from "${schema}"."${name}" t`,
    );
    for (const one of rows) {
      stored.push({ where: `${schema}.${name}`, text: one.row });
      for (const part of one.raw)
        if (part !== null)
          stored.push({ where: `${schema}.${name} bytes`, text: Buffer.from(part, 'base64').toString('utf8') });
    }
  }
  const { rows: stats } = await sql.query<{ name: string; values: string }>(
    `select schemaname || '.' || tablename || '.' || attname as name, concat_ws(' ', most_common_vals, histogram_bounds, most_common_elems) as values
     from pg_stats where schemaname !~ '^(pg_|information_schema)'`,
    [],
  );
  for (const { name, values } of stats) stored.push({ where: `statistics of ${name}`, text: values });
  for (const folder of ['files', 'exports']) {
    const names = await readdir(join(dataDir, folder), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const file of names.filter((one) => one.isFile()))
      stored.push({
        where: `${folder}/${file.name}`,
        text: (await readFile(join(file.parentPath, file.name))).toString('utf8'),
      });
  }
  return stored;
}

const encodings: ((word: string) => string[])[] = [
  (word) => [word],
  (word) => [encodeURIComponent(word), encodeURIComponent(word).replaceAll('%20', '+')],
  // The three alignments of base64, without the signs at the ends that depend on what stands beside it.
  (word) =>
    [0, 1, 2].map((pad) => {
      const text = Buffer.from('\0'.repeat(pad) + word)
        .toString('base64')
        .replaceAll('=', '');
      return text.slice(pad === 0 ? 0 : pad + 1, -2);
    }),
  (word) => [
    [...Buffer.from(word)]
      .map((byte) =>
        byte < 33 || byte > 126 || byte === 61
          ? `=${byte.toString(16).toUpperCase().padStart(2, '0')}`
          : String.fromCodePoint(byte),
      )
      .join(''),
  ],
  (word) => [Buffer.from(word).toString('hex')],
  (word) => (/^\+\d+$/.test(word) ? [word.slice(1)] : []),
];

/** Where any of these words still is, in any spelling, whatever the case. */
export function tracesOf(words: readonly string[], stored: readonly Stored[]): string[] {
  const sought = words.flatMap((word) =>
    encodings.flatMap((encode) => encode(word).map((text) => ({ word, text: text.toLowerCase() }))),
  );
  const found = new Set<string>();
  for (const { where, text } of stored) {
    const lower = text.toLowerCase();
    // Lines of quoted-printable and of base64 are cut anywhere.
    const joined = lower.replaceAll(/=\r?\n/g, '').replaceAll(/\r?\n/g, '');
    for (const one of sought)
      if (lower.includes(one.text) || joined.includes(one.text)) found.add(`${one.word} in ${where}`);
  }
  return [...found];
}
