import { createHash } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { PROBLEMS, type ProblemCode } from './problem.ts';
import { exampleOfProblem, PROBLEM_DOCS } from './problem-docs.ts';

const STYLE = `
:root { color-scheme: light dark }
body { font: 16px/1.6 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1.25rem }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .75rem 0 }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
code, pre { font: .9em/1.5 ui-monospace, monospace }
pre { padding: 1rem; border: 1px solid #8886; border-radius: 6px; overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .35rem 1rem .35rem 0; border-bottom: 1px solid #8884 }
`;

/** The page loads nothing and runs nothing; its one style is known by its hash. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Browsers say text/html; whoever says nothing, or anything, gets JSON. */
export function wantsPage(accept = ''): boolean {
  const quality = (type: string): number => {
    const range = accept.split(',').find((part) => part.split(';', 1)[0]!.trim().toLowerCase() === type);
    return range === undefined ? 0 : Number(/;\s*q=([\d.]+)/i.exec(range)?.[1] ?? 1);
  };
  return quality('text/html') > quality('application/json');
}

export function pageOfProblem(code: ProblemCode): string {
  const { status, title } = PROBLEMS[code];
  const { when, remedy } = PROBLEM_DOCS[code];
  const example = JSON.stringify(exampleOfProblem(code), undefined, 2);
  return page(
    title,
    `<nav><a href="/problems">All problems</a></nav>
<h1>${html(title)}</h1>
<p><code>${code}</code>, answered with the status ${nameOf(status)}.</p>
<h2>When it happens</h2>
<p>${html(when)}</p>
<h2>What to do</h2>
<p>${html(remedy)}</p>
<h2>Example</h2>
<pre>HTTP/1.1 ${nameOf(status)}
Content-Type: application/problem+json

${html(example)}</pre>`,
  );
}

export function pageOfProblems(): string {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, title }]) =>
      `<tr><td>${status}</td><td><a href="/problems/${code}"><code>${code}</code></a></td><td>${html(title)}</td></tr>`,
  );
  return page(
    'Problems',
    `<h1>Problems</h1>
<p>Every error of this API is a problem by RFC 9457. Its <code>code</code> is stable, and its <code>type</code> leads
to a page here. The operations and the problems of each are described at <a href="/docs">/docs</a>.</p>
<table>
<thead><tr><th scope="col">Status</th><th scope="col">Code</th><th scope="col">Meaning</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`,
  );
}

const nameOf = (status: number): string => `${status} ${STATUS_CODES[status]}`;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as it is to be read; what stands in backticks is code. */
const html = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (character) => ESCAPES[character]!).replaceAll(/`([^`]+)`/g, '<code>$1</code>');

const page = (title: string, content: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(title)} · Order Payments</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`;
