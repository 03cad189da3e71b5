/** A rule of our own for packages/domain: decisions are given the time, they do not look at the clock. */

interface Node {
  readonly type: string;
  readonly name?: string;
  readonly callee?: Node;
  readonly object?: Node;
  readonly property?: Node;
  readonly arguments?: readonly Node[];
}

interface Context {
  report(problem: { node: Node; message: string }): void;
}

const isDate = (node: Node | undefined) => node?.type === 'Identifier' && node.name === 'Date';

const noClock = {
  create(context: Context) {
    const report = (node: Node) =>
      context.report({ node, message: 'The domain does not look at the clock: take `now` as an argument.' });
    return {
      NewExpression(node: Node) {
        if (isDate(node.callee) && node.arguments?.length === 0) report(node);
      },
      CallExpression(node: Node) {
        if (isDate(node.callee)) report(node);
      },
      MemberExpression(node: Node) {
        if (isDate(node.object) && node.property?.name === 'now') report(node);
      },
    };
  },
};

export default { meta: { name: 'pure' }, rules: { 'no-clock': noClock } };
