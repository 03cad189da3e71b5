/** The machine-readable parts of reports: `Name: value` lines in groups (RFC 3464, RFC 5965, RFC 8098). */
import type { MailPart } from '../reading/mail-source.ts';
import { isReporter } from '../kind/mail-signs.ts';
import { messageIds } from '../threading.ts';

const reportTypes: Record<string, ReportKind> = {
  'message/delivery-status': 'delivery-status',
  'message/global-delivery-status': 'delivery-status',
  'message/disposition-notification': 'disposition-notification',
  'message/global-disposition-notification': 'disposition-notification',
  'message/feedback-report': 'feedback-report',
};
const originalTypes = new Set([
  'message/rfc822',
  'message/global',
  'text/rfc822-headers',
  'message/rfc822-headers',
  'message/global-headers',
  'text/rfc822-header',
]);

export type ReportKind = 'delivery-status' | 'disposition-notification' | 'feedback-report';

export interface MailReport {
  readonly kind: ReportKind;
  /** Every value of a field in all groups, unfolded. */
  values(field: string): string[];
  /** The groups between blank lines: in a delivery status one about the message, then one for each recipient. */
  readonly groups: readonly FieldReader[];
}

export type FieldReader = (field: string) => string[];

const longestReport = 262_144;

/** The reports among the parts; where there is no delivery status, its fields as they stand in an enclosed report or, where the parts of a mail were lost, in its text. */
export function reportsIn(parts: readonly MailPart[], text = ''): MailReport[] {
  const reports = parts.flatMap((part) => {
    const kind = reportTypes[part.contentType.toLowerCase()];
    if (kind === undefined) return [];
    const fields = plainLines(part.content.subarray(0, longestReport).toString());
    const groups = kind === 'delivery-status' ? statusGroups(fields) : groupsIn(fields);
    return [{ kind, values: fieldReader(fields), groups: groups.map(fieldReader) }];
  });
  if (reports.length > 0) return reports;
  const others = parts.filter(
    (part) => isEnclosedMail(part) || part.contentType === 'multipart/report' || isReportAsFile(part),
  );
  const found = [text, ...others.map((part) => part.content.subarray(0, longestReport).toString('latin1'))]
    .map((written) => groupsIn(plainLines(written.slice(0, longestReport))).filter(isRecipientGroup))
    .find((groups) => groups.length > 0);
  if (found === undefined) return [];
  return [{ kind: 'delivery-status', values: fieldReader(found.join('\n')), groups: found.map(fieldReader) }];
}

/** The fields as a file of text: what a gateway makes of a type that it does not know. */
const isReportAsFile = ({ contentType, content }: MailPart): boolean =>
  /^text\/plain$/i.test(contentType) && /^\s{0,20}Reporting-MTA:/i.test(content.subarray(0, 100).toString('latin1'));

const plainLines = (text: string) => text.replace(/\r\n?/g, '\n');
const groupsIn = (text: string) => text.split(/\n[ \t]*\n/);

const namesRecipient = (text: string) => /^(final|original)-recipient[ \t]*:/im.test(text);

/** The groups of a delivery status, also where a blank line stands between all fields, or none between recipients. */
function statusGroups(fields: string): string[] {
  const groups: string[][] = [];
  for (const group of groupsIn(fields).flatMap(ofEachRecipient)) {
    const above = groups.at(-1);
    if (above !== undefined && namesRecipient(above[0] ?? '') && !namesRecipient(group)) above.push(group);
    else groups.push([group]);
  }
  return groups.map((parts) => parts.join('\n'));
}

/** A second Final-Recipient begins another group; the recipient's original address stands before or behind it. */
function ofEachRecipient(group: string): string[] {
  const found: string[][] = [[]];
  let named = false;
  for (const line of group.split('\n')) {
    const isFinal = /^final-recipient[ \t]*:/i.test(line);
    if (isFinal && named) {
      const own = found.at(-1) ?? [];
      found.push(/^original-recipient[ \t]*:/i.test(own.at(-1) ?? '') ? own.splice(-1) : []);
    }
    named ||= isFinal;
    found.at(-1)?.push(line);
  }
  return found.map((lines) => lines.join('\n'));
}

const isRecipientGroup = (group: string) =>
  /^(final|original)-recipient:/im.test(group) && /^(action|status|diagnostic-code):/im.test(group);

export function fieldReader(text: string): FieldReader {
  const fields = text
    .replace(/\r\n?/g, '\n')
    .replace(/\n[ \t]+/g, ' ')
    .split('\n')
    .flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const] : [];
    });
  return (field) => fields.flatMap(([name, value]) => (name === field.toLowerCase() ? [value] : []));
}

/** True for an enclosed mail, whole or only its headers. */
export function isEnclosedMail(part: MailPart): boolean {
  return originalTypes.has(part.contentType.toLowerCase());
}

/** True for an enclosed mail whose `From` names this address. */
export function isWrittenBy(part: MailPart, address: string): boolean {
  return (
    address !== '' && headOf(part.content)('from').some((from) => from.toLowerCase().includes(address.toLowerCase()))
  );
}

/** True for an enclosed mail of a mail system. */
export function isEnclosedReport(part: MailPart): boolean {
  return isEnclosedMail(part) && headOf(part.content)('from').some(isReporter);
}

/**
 * Message-IDs of the mails that a report is about, from the enclosed message or its headers, from the report's own field
 * (RFC 8098 §3.2.5), or else from a copy pasted into the text as older mail systems do.
 */
export function reportedMessageIds(parts: readonly MailPart[], reports: readonly MailReport[], text: string): string[] {
  const enclosed = parts.filter(isEnclosedMail).flatMap((part) => idInHead(part.content));
  const named = reports
    .flatMap((report) => [...report.values('original-message-id'), ...report.values('x-original-message-id')])
    .flatMap(messageIds);
  const found = [...enclosed, ...named];
  return found.length > 0 ? found : pastedIds(text);
}

function idInHead(content: Buffer): string[] {
  return messageIds(headOf(content)('message-id')[0] ?? '').slice(0, 1);
}

/** The header fields of an enclosed mail. */
export function headOf(content: Buffer): FieldReader {
  const start = content.subarray(0, 262_144).toString('latin1').replace(/\r\n?/g, '\n').replace(/^\n+/, '');
  return fieldReader(start.split('\n\n', 1)[0] ?? '');
}

function pastedIds(text: string): string[] {
  const value = /^[ \t>]*message-id:[ \t]*\n?[ \t]*(<[^<>\s]+>)/im.exec(text.slice(0, 262_144))?.[1];
  return value === undefined ? [] : [value];
}
