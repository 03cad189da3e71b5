/** Files that stand in the text itself, as mail had them before MIME and some programs still write them (POSIX `uuencode`). */
import type { MailPart } from './mail-source.ts';
import { uuLine } from './uudecode.ts';

const begin = /^begin [0-7]{3,4} (\S.{0,254})$/;
/** The number of bytes, of which there are at most 45, and four signs for each three. */
const data = /^[!-M][ -`]{2,62}$/;
const noData = /^[ `]?$/;

/** As many are taken out of one text; others stay in it. */
const mostFiles = 100;

interface Taken {
  readonly text: string;
  readonly files: MailPart[];
}

/** Takes out of a text what is such a file from beginning to end; what is not stays where it is. */
export function takeUuFiles(text: string): Taken {
  if (!/^begin [0-7]{3,4} /m.test(text)) return { text, files: [] };
  const lines = text.split(/\r?\n/);
  const files: MailPart[] = [];
  const rest: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const filename = files.length < mostFiles ? begin.exec(lines[at] ?? '')?.[1] : undefined;
    const end = filename === undefined ? -1 : endOfFile(lines, at + 1);
    if (filename === undefined || end < 0) {
      rest.push(lines[at] ?? '');
      continue;
    }
    const content = Buffer.concat(lines.slice(at + 1, end).map(uuLine));
    files.push({ contentType: 'application/octet-stream', filename, contentId: undefined, inline: false, content });
    at = noData.test(lines[end] ?? '') ? end + 1 : end;
  }
  return files.length === 0 ? { text, files } : { text: rest.join('\n'), files };
}

/** The line behind the last one of data, or -1 where it is no file. */
function endOfFile(lines: readonly string[], start: number): number {
  let end = start;
  while (isData(lines[end] ?? '')) end += 1;
  const last = noData.test(lines[end] ?? '') ? end + 1 : end;
  return end > start && lines[last] === 'end' ? end : -1;
}

/** White space may be lost at its end. */
function isData(line: string): boolean {
  const signs = Math.ceil((line.charCodeAt(0) - 32) / 3) * 4;
  return line !== 'end' && data.test(line) && line.length - 1 <= signs + 1 && line.length - 1 > signs / 2;
}
