/** Loaded before the hub: takes variables from `.env` in the working folder where there is one. The shell's own win. */
import { existsSync } from 'node:fs';

if (existsSync('.env')) process.loadEnvFile('.env');
