/** `crypto.randomUUID` exists on secure origins only; a centre may run the console by plain HTTP in its own network. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
