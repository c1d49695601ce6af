// A transform of the AssemblyScript compiler: a function whose comment has the tag `@inline` is compiled into its
// callers. The optimiser is told to keep code small, because most of the core designs filters and keeps books; what runs
// for each vector says so itself. In a comment, since formatter and linter don't know decorators of functions.
import { FunctionDeclaration, Node, type Parser } from 'assemblyscript';

const TAGGED = /\/\*\*(?:(?!\*\/)[^])*@inline\b(?:(?!\*\/)[^])*\*\/\s*(?:export\s+)?$/;

export class InlineKernels {
  afterParse({ sources }: Parser): void {
    for (const { isLibrary, statements, text } of sources) {
      if (isLibrary) continue;
      for (const statement of statements) {
        if (!(statement instanceof FunctionDeclaration) || !TAGGED.test(text.slice(0, statement.range.start))) continue;
        const name = Node.createIdentifierExpression('inline', statement.range);
        statement.decorators = [Node.createDecorator(name, null, statement.range)];
      }
    }
  }
}
