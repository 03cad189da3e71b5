/** A hub's stand-in for tests: starts the embedded database on the folder it is given and waits for the word to stop. */
import { startEmbeddedPostgres } from './embedded-postgres.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const embedded = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? '', log: quiet });

process.once('message', () => {
  void embedded.stop().then(() => process.disconnect());
});
process.send?.({ url: embedded.url, pid: embedded.pid });
