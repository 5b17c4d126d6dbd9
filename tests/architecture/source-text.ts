/** A string or template of the source; `start` is where its opening quote stands in `code`. */
type Literal = { readonly text: string; readonly start: number };

/** `code` is the source with comments and the insides of literals blanked out, line by line as long as before. */
export type SourceText = { readonly code: string; readonly literals: readonly Literal[] };

const COMMENT = /\/\/.*|\/\*[\s\S]*?\*\//y;
const QUOTED = /'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"/y;
const REGEXP = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y;
const BEFORE_REGEXP = /(?:^|[(,=:[!&|?{};<>+*%~^-]|\b(?:return|case|typeof|of|in))\s*$/;

/**
 * Tells code from comments and literals, so that the walls see `process.env` where it is used and not where it is
 * written about. A scanner of our own because TypeScript 7 has no compiler API yet.
 */
export function readSource(source: string): SourceText {
  let code = '';
  let at = 0;
  const literals: Literal[] = [];

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  const keep = (length: number): void => {
    code += source.slice(at, at + length);
    at += length;
  };
  const blank = (length: number): void => {
    code += source.slice(at, at + length).replaceAll(/[^\n]/g, ' ');
    at += length;
  };

  function template(): void {
    const start = code.length;
    let text = '';
    keep(1);
    while (at < source.length && source[at] !== '`') {
      if (source.startsWith('${', at)) {
        text += '$_';
        keep(2);
        scan('}');
      } else {
        const length = source[at] === '\\' ? 2 : 1;
        text += source.slice(at, at + length);
        blank(length);
      }
    }
    keep(1);
    literals.push({ text, start });
  }

  function quoted(token: string): void {
    literals.push({ text: token.slice(1, -1), start: code.length });
    keep(1);
    blank(token.length - 2);
    keep(1);
  }

  /** Up to the brace that closes this template's `${`, or to the end of the source. */
  function scan(closing?: '}'): void {
    let depth = 0;
    while (at < source.length) {
      const comment = match(COMMENT);
      const string = match(QUOTED);
      const regexp = source[at] === '/' && BEFORE_REGEXP.test(code.slice(-40)) ? match(REGEXP) : undefined;
      if (comment !== undefined) blank(comment.length);
      else if (string !== undefined) quoted(string);
      else if (regexp !== undefined) blank(regexp.length);
      else if (source[at] === '`') template();
      else {
        if (source[at] === '{') depth += 1;
        if (source[at] === '}') depth -= 1;
        keep(1);
        if (closing && depth < 0) return;
      }
    }
  }

  scan();
  return { code, literals };
}

const IMPORTING = /\b(?:from|import|(?:import|require)\s*\()\s*$/;

/** What the source imports, be it for types, for effects, or later (`import()`). */
export const importsOf = ({ code, literals }: SourceText): readonly string[] =>
  literals
    .filter(({ start }) => IMPORTING.test(code.slice(Math.max(0, start - 40), start)))
    .map(({ text }) => text);
