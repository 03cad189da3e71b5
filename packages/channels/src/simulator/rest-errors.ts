/** Twilio's errors as its REST API shows them (twilio.com/docs/usage/twilios-response#exceptions). */
import type { ErrorRequestHandler, Response } from 'express';

const messages = {
  20003: [401, 'Authenticate'],
  20404: [404, 'The requested resource was not found'],
  21201: [400, "No 'To' number is specified"],
  21205: [400, 'Url is not a valid URL'],
  21211: [400, "Invalid 'To' Phone Number"],
  21212: [400, "Invalid 'From' Number (Caller ID)"],
  21220: [400, 'Call is not in-progress. Cannot redirect.'],
  21602: [400, 'Message body is required.'],
  21656: [400, 'The ContentVariables parameter is invalid'],
  21610: [400, 'Attempt to send to unsubscribed recipient'],
  21612: [400, "Message cannot be sent with the current combination of 'To' and/or 'From' parameters"],
  21614: [400, "'To' number is not a valid mobile number"],
  21620: [400, 'Invalid media URL(s)'],
  21617: [400, 'The concatenated message body exceeds the 1600 character limit'],
} as const satisfies Record<number, readonly [number, string]>;
export type RestErrorCode = keyof typeof messages;

export class RestError extends Error {
  override readonly name = 'RestError';
  readonly code: RestErrorCode;
  readonly status: number;

  constructor(code: RestErrorCode) {
    super(messages[code][1]);
    this.code = code;
    this.status = messages[code][0];
  }
}

function show(response: Response, error: RestError): void {
  response.status(error.status).json({
    code: error.code,
    message: error.message,
    more_info: `https://www.twilio.com/docs/errors/${error.code}`,
    status: error.status,
  });
}

export const showRestError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (error instanceof RestError) show(response, error);
  else next(error);
};
