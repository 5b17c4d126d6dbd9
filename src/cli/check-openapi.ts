import { readFile } from 'node:fs/promises';
import { keepGenerated } from './generated-file.ts';
import { breakingChanges, undeclared } from './openapi-changes.ts';
import type { Node } from './schema-changes.ts';

// Compares openapi.json with that of the last release, openapi.baseline.json. Each breaking change must be declared in
// CHANGELOG.md. With --accept, which is for releases, the baseline becomes what openapi.json is now.

const DECORATION = ['description', 'summary', 'example', 'examples', 'title', 'tags'];

const fileAt = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const read = (path: string): Promise<string> => readFile(fileAt(path), 'utf8');

/** What can break nobody is left out, so that the baseline shows only what may not change. */
function bare(node: unknown, isNames = false): unknown {
  if (Array.isArray(node)) return node.map((inner) => bare(inner));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => isNames || !DECORATION.includes(key))
      .map(([key, inner]) => [key, bare(inner, key === 'properties' && !isNames)]),
  );
}

const document = JSON.parse(await read('openapi.json')) as Node;
const baseline = JSON.parse(await read('openapi.baseline.json').catch(() => '{}')) as Node;
const missing = undeclared(breakingChanges(baseline, document), await read('CHANGELOG.md'));
for (const { subject, what } of missing) console.error(`${subject}: ${what}`);
if (missing.length > 0) {
  console.error(
    '\nThis breaks clients. Undo it, or declare it in CHANGELOG.md under "Unreleased", the subject in backticks:\n' +
      `- BREAKING \`${missing[0]!.subject}\`: what clients must do.`,
  );
  process.exitCode = 1;
} else if (process.argv.includes('--accept')) {
  await keepGenerated(
    fileAt('openapi.baseline.json'),
    bare({ paths: document['paths'], components: document['components'] }),
  );
}
