/** Mail that lies in a mailbox, and how often tests have it fetched. */

/** The accounts of others are asked for soon, and mailboxes looked at often. Milliseconds. */
export const quickAccounts = { pollMs: { beside: 1_000, without: 500 }, leaseMs: 3_000 };

/** Nothing was written long before a test begins. */
const written = new Date().toUTCString();

/** A mail of that name as text. `size`: of its body, at least, in bytes. */
export const mailNamed = (name: number | string, size = 0, from = 'ann@example.org'): string =>
  `From: ${from}\r\nTo: help@patchbay.test\r\nMessage-ID: <${name}@example.org>\r\nDate: ${written}\r\nSubject: Mail ${name}\r\n\r\nText ${name}\r\n${'x'
    .repeat(76)
    .concat('\r\n')
    .repeat(Math.ceil(size / 78))}`;
