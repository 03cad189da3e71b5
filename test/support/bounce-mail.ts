/** What a mail server says of a mail that it could not deliver (RFC 3464). */
/** @param report `about`: the Message-ID of the mail that came back; a report may name none. */
export function bounceMail(report: {
  id: string;
  to: string;
  recipient: string;
  fields: string[];
  about: string | undefined;
}) {
  const { id, to, recipient, fields, about } = report;
  return [
    'From: MAILER-DAEMON@mx.example.org',
    `To: ${to}`,
    `Message-ID: ${id}`,
    'Subject: Undelivered Mail Returned to Sender',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'Your mail came back.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example.org',
    '',
    `Final-Recipient: rfc822; ${recipient}`,
    ...fields,
    ...(about === undefined ? [] : ['', '--b', 'Content-Type: text/rfc822-headers', '', `Message-ID: ${about}`]),
    '',
    '--b--',
    '',
  ].join('\r\n');
}
