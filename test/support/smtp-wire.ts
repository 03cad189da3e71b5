/** SMTP line by line, for mails that no mail program would send. */
import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * One mail over one connection, its bytes untouched but for dot-stuffing (RFC 5321, 4.5.2). Answers the last reply: to the data, or to
 * the command that was refused. Its size is announced (RFC 1870) only when asked to.
 */
export async function sendByWire(
  port: number,
  bytes: Buffer,
  announced: boolean,
  sender = 'sender@example.org',
): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    await nextReply(socket);
    for (const command of [
      'EHLO client.example',
      `MAIL FROM:<${sender}>${announced ? ` SIZE=${bytes.length}` : ''}`,
      'RCPT TO:<support@patchbay.test>',
      'DATA',
    ]) {
      socket.write(`${command}\r\n`);
      const reply = await nextReply(socket);
      if (/^[45]/.test(reply)) return reply;
    }
    socket.write(Buffer.from(bytes.toString('latin1').replaceAll(/^\./gm, '..'), 'latin1'));
    socket.write('\r\n.\r\n');
    return await nextReply(socket);
  } finally {
    socket.destroy();
  }
}

async function nextReply(socket: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  while (!/^\d{3} .*\r\n$/m.test(text)) text += String((await once(socket, 'data'))[0]);
  return text.trim();
}
