/** Gives the data folder a new key for secrets; a running hub takes it up within a minute, seals anew and then forgets the old one. */
import { ConfigError, loadEnvironment } from '@patchbay/config';
import { addSecretKey, StartError } from '@patchbay/engine';

try {
  const { dataDir, secretKey } = loadEnvironment();
  if (secretKey !== undefined)
    throw new ConfigError(
      'SECRET_KEY',
      'is set, so the key is not in DATA_DIR: put the present one in front of SECRET_KEYS_EARLIER and a new one into SECRET_KEY',
    );
  await addSecretKey(dataDir, new Date());
  process.stdout.write(
    `  ${dataDir}/secrets.json has a new key. Running hubs take it up within a minute, seal everything with it and then forget the old one.\n`,
  );
} catch (error) {
  if (!(error instanceof ConfigError) && !(error instanceof StartError)) throw error;
  process.stderr.write(`patchbay: ${error.message}\n`);
  process.exitCode = 1;
}
