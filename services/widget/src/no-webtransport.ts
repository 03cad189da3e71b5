/** Stands in for the socket library's WebTransport, which the hub does not offer and the widget need not carry. */
export const WT = undefined;
