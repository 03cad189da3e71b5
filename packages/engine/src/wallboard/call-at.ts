/** Timers cannot wait longer. Milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** Calls once when the moment has come, however far off it is. Answers how to give that up. */
export function callAt(moment: Date, now: () => Date, call: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    const left = moment.getTime() - now().getTime();
    if (left <= 0) return call();
    timer = setTimeout(look, Math.min(left, longestTimer)).unref();
  };
  look();
  return () => clearTimeout(timer);
}
