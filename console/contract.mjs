/**
 * Makes src/api/schema.ts from the server's OpenAPI document: the paths that the client asks, and the shapes of what
 * goes and comes. It is made anew before each build, check and test, and is not committed: it cannot be out of date.
 */
import fs from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';

const document = new URL('../crates/api/openapi.json', import.meta.url);
const made = new URL('./src/api/schema.ts', import.meta.url);

const blob = ts.factory.createTypeReferenceNode('Blob');

const ast = await openapiTS(document, {
  // A file that is uploaded.
  transform: (schema) => (schema.format === 'binary' ? blob : undefined),
  defaultNonNullable: false,
});
const text = `// Made by \`npm run contract\` from crates/api/openapi.json.\n${astToString(ast)}`;
const former = fs.existsSync(made) ? fs.readFileSync(made, 'utf8') : '';
if (former !== text) fs.writeFileSync(made, text);
