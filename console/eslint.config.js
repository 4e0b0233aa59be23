import fs from 'node:fs';
import tseslint from 'typescript-eslint';

/** Zones: ui <- features <- routes. A feature never imports another; what two need belongs in ui or api. */
const features = fs
  .readdirSync(new URL('./src/features', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const zone = (files, patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

const belowFeatures = [
  {
    group: ['@/features/*', '@/frame/*', '@/routes', '@/mocks/*'],
    message: 'ui and api know nothing of features, the frame or mocks',
  },
];

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'mocks-public', 'public', 'src/api/schema.ts'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'max-lines': ['error', 720],
      'max-lines-per-function': ['error', { max: 210, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.test.{ts,tsx}', 'src/mocks/**', 'e2e/**', 'size.mjs'],
    rules: { 'max-lines-per-function': 'off', 'no-console': 'off' },
  },
  zone(['src/ui/**', 'src/api/**', 'src/i18n/**', 'src/theme/**'], belowFeatures),
  ...features.map((name) =>
    zone(
      [`src/features/${name}/**`],
      [
        {
          group: [
            ...features.filter((other) => other !== name).map((other) => `@/features/${other}/*`),
            '@/frame/*',
            '@/routes',
            '@/mocks/*',
          ],
          message: 'a feature imports ui and api only',
        },
      ],
    ),
  ),
);
