/** Lines that a program broke where they may be joined again (RFC 3676, `format=flowed`). */

/**
 * One line for each that was written. Lines of other depths of quotation are not joined (§4.5), nor is the line above a signature (§4.3).
 *
 * @param delSp the blank at which a line was broken is none of the text (§4.4, `DelSp=yes`)
 */
export function joinedLines(text: string, delSp: boolean): string {
  const written: string[] = [];
  let line: string[] = [];
  let depth = 0;
  const endLine = () => {
    const content = line.join('');
    written.push(depth === 0 ? content : content === '' ? '>'.repeat(depth) : `${'>'.repeat(depth)} ${content}`);
  };
  for (const [index, one] of text.split('\n').entries()) {
    const signs = depthOf(one);
    const content = one.slice(one[signs] === ' ' ? signs + 1 : signs);
    const last = line.at(-1) ?? '';
    if (index > 0 && signs === depth && isSoft(last) && content !== signature) {
      if (delSp) line[line.length - 1] = last.slice(0, -1);
      line.push(content);
      continue;
    }
    if (index > 0) endLine();
    line = [content];
    depth = signs;
  }
  endLine();
  return written.join('\n');
}

const signature = '-- ';

const isSoft = (content: string): boolean => content.endsWith(' ') && content !== signature;

function depthOf(line: string): number {
  let depth = 0;
  while (line[depth] === '>') depth += 1;
  return depth;
}

/** As mailparser makes it where it takes blanks away: white space in it differs, but for those. */
export const withoutSoftBreaks = (text: string): string => text.replace(/(?<!^--) \n/gm, '');
