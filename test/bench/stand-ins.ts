/** A process of its own: the bare Express application that the hub is compared with, and the carrier's REST API that it calls. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import twilio from 'twilio';
import { carrierAccount } from '../support/carrier.ts';
import { smsPath } from './texts.ts';

const app = express();
app.disable('x-powered-by');

// The bare part: the form, the signature over it, the answer that asks for nothing.
app.post(smsPath, express.urlencoded({ extended: false }), (request, response) => {
  const signature = request.get('x-twilio-signature') ?? '';
  const holds = twilio.validateRequest(
    carrierAccount.authToken,
    signature,
    `http://${request.get('host') ?? ''}${smsPath}`,
    request.body as Record<string, string>,
  );
  response
    .status(holds ? 200 : 403)
    .type('text/xml')
    .send('<?xml version="1.0" encoding="UTF-8"?><Response/>');
});

// The acknowledgements to new customers leave through here.
app.post(
  '/2010-04-01/Accounts/:account/Messages.json',
  express.urlencoded({ extended: false }),
  (_request, response) => {
    response.status(201).json({ sid: `SM${randomUUID().replaceAll('-', '')}`, status: 'queued' });
  },
);

const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
process.once('disconnect', () => {
  server.close();
  server.closeAllConnections();
});
