// Finds the regular expressions of source files.
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** The TypeScript and JavaScript files below the folders, tests left out; files that are named are taken as they are. */
export function sourceFiles(paths) {
  return paths.flatMap((path) =>
    statSync(path).isDirectory()
      ? globSync('**/*.{ts,tsx,js,mjs}', { cwd: path })
          .filter((file) => !file.endsWith('.spec.ts'))
          .toSorted()
          .map((file) => join(path, file))
      : [path],
  );
}

/** Each literal with its source and flags; what is made by `RegExp(…)` of something else than texts as `composed`. */
export function regexesIn(file) {
  const text = readFileSync(file, 'utf8');
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    const at = () => ({ file, line: tree.getLineAndCharacterOfPosition(node.getStart()).line + 1 });
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      found.push({ ...at(), source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    } else if (isRegExpCall(node)) {
      const [source, flags] = node.arguments ?? [];
      const literal = [source, flags].every((part) => part === undefined || ts.isStringLiteralLike(part));
      found.push(
        literal
          ? { ...at(), source: source?.text ?? '(?:)', flags: flags?.text ?? '' }
          : { ...at(), composed: node.getText() },
      );
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

const isRegExpCall = (node) =>
  (ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp';
