/** Reads `Authentication-Results` (RFC 8601): what a host that we trust has found out about a mail. */
import { asciiDomain } from '../addresses.ts';
import type { MailChecks } from './sender-verdict.ts';

export interface AuthenticationResults {
  readonly authservId: string;
  readonly checks: MailChecks;
}

/** One header's value; undefined when it has no results or a version that is not 1. */
export function readAuthenticationResults(value: string): AuthenticationResults | undefined {
  const [head = '', ...clauses] = clausesOf(value);
  const [authservId = '', version = '1'] = head.trim().split(/\s+/);
  if (authservId === '' || authservId.includes('=') || version !== '1') return undefined;
  return { authservId: unquoted(authservId).toLowerCase(), checks: checksIn(clauses) };
}

/** One header's value, of a host that leaves its name out and begins with the results. */
export function readUnnamedResults(value: string): MailChecks | undefined {
  const clauses = clausesOf(value);
  return readClause(clauses[0] ?? '').length === 0 ? undefined : checksIn(clauses);
}

const clausesOf = (value: string): string[] => splitClauses(withoutComments(value.slice(0, 20_000)));

function checksIn(clauses: readonly string[]): MailChecks {
  const results = clauses.flatMap(readClause);
  const spf = results.find((result) => result.method === 'spf');
  const dmarc = results.find((result) => result.method === 'dmarc');
  return {
    ...(spf && {
      spf: { result: spf.result, domain: domainIn(spf.properties['smtp.mailfrom'] ?? spf.properties['smtp.helo']) },
    }),
    dkim: results
      .filter((result) => result.method === 'dkim')
      .map(({ result, properties }) => ({
        result,
        domain: domainIn(properties['header.d'] ?? properties['header.i']),
      })),
    ...(dmarc && { dmarc: { result: dmarc.result, domain: domainIn(dmarc.properties['header.from']) } }),
  };
}

interface Clause {
  readonly method: string;
  readonly result: string;
  readonly properties: Record<string, string>;
}

function readClause(text: string): Clause[] {
  const method = /^\s*([a-z][a-z0-9-]*)\s*(?:\/\s*\d+)?\s*=\s*([a-z]+)/i.exec(text);
  if (!method?.[1] || !method[2]) return [];
  const properties: Record<string, string> = {};
  // What stands in quotes elsewhere, as in a reason, is passed over.
  for (const found of text.matchAll(/"[^"]*"|([a-z]+)\s*\.\s*([a-z][a-z0-9-]*)\s*=\s*((?:"[^"]*"|[^\s;"])+)/gi)) {
    if (found[1] === undefined) continue;
    const name = `${found[1]}.${found[2]}`.toLowerCase();
    properties[name] ??= unquoted(found[3] ?? '');
  }
  return [{ method: method[1].toLowerCase(), result: method[2].toLowerCase(), properties }];
}

/**
 * Comments may nest and hold anything, also what looks like a result (RFC 5322 §3.2.2). In quoted strings a pair is the character that it stands
 * for, and a quote is its backslash: each quote that is left begins or ends a string.
 */
function withoutComments(value: string): string {
  let out = '';
  let depth = 0;
  let inQuotes = false;
  for (let index = 0; index < value.length; index += 1) {
    const character = value.charAt(index);
    if (character === '\\' && (depth > 0 || inQuotes)) {
      index += 1;
      if (depth === 0) out += value.charAt(index).replace('"', '\\');
      continue;
    }
    if (character === '"' && depth === 0) inQuotes = !inQuotes;
    else if (character === '(' && !inQuotes) depth += 1;
    else if (character === ')' && !inQuotes && depth > 0) depth -= 1;
    else if (depth === 0 && !inQuotes) {
      out += character;
      continue;
    }
    // Quoted strings are kept whole; what a comment held becomes one space.
    if (depth === 0) out += inQuotes || character === '"' ? character : ' ';
  }
  return out;
}

function splitClauses(value: string): string[] {
  return value.match(/(?:"[^"]*"|[^;"])+/g) ?? [];
}

function unquoted(text: string): string {
  return text.replace(/^"([^"]*)"$/, '$1');
}

/** `user@example.org`, `@example.org` and `example.org` all name the domain; a quoted local part may hold what looks like another (RFC 8601 §2.2). */
function domainIn(value: string | undefined): string {
  const domain = (value ?? '').slice((value ?? '').lastIndexOf('@') + 1);
  return asciiDomain(domain.replace(/[<>.]+$/, ''));
}
