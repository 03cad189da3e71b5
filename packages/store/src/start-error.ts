/**
 * The hub cannot start, for a reason that whoever runs it can mend. The message is one line without secrets, fit to
 * be the last thing on a terminal.
 */
export class StartError extends Error {
  override readonly name = 'StartError';

  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message.replaceAll(/\s+/g, ' ').trim(), options);
  }
}

/** What went wrong in file system terms, for a message: `no space left on the disk` rather than ENOSPC. */
export function fileProblem(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const known: Record<string, string> = {
    EACCES: 'permission denied',
    EPERM: 'operation not permitted',
    EROFS: 'the file system is read-only',
    ENOSPC: 'no space left on the disk',
    EDQUOT: 'the disk quota is used up',
    ENOENT: 'no such file or folder',
    ENOTDIR: 'a part of the path is not a folder',
    EEXIST: 'a file of that name is in the way',
  };
  return known[code] ?? (error instanceof Error ? error.message : String(error));
}
