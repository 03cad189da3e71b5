/** Milliseconds in which the centre is open between two moments in milliseconds since 1970; never less than zero. */
export type BusinessTime = (from: number, to: number) => number;
