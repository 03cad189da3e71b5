/** Where the embedded database's own log goes: pino's shape. */
export interface EmbeddedLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * Hands PostgreSQL's log lines on. Its settings keep statements, values and clients' own errors out of them;
 * what remains is about the server itself.
 */
export function forwardLine(log: EmbeddedLog, line: string): void {
  const [, severity = 'LOG', text = line] = /\b(LOG|WARNING|ERROR|FATAL|PANIC):\s+(.*)$/.exec(line) ?? [];
  if (severity === 'PANIC') log.error({ text }, 'PostgreSQL panics');
  // What every open connection is told when the server is stopped.
  else if (severity === 'LOG' || text.startsWith('terminating connection due to administrator'))
    log.debug({ text }, 'PostgreSQL says');
  else log.warn({ text, severity }, 'PostgreSQL complains');
}
